//! What several of these tests share.

pub(crate) mod plant;
pub(crate) mod process;
pub(crate) mod surfaces;
pub(crate) mod upstream;
