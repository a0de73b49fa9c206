//! Who may do something.

/// What somebody needs to use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Nothing: it is for everybody.
    Public,
    /// The token of the wire source that the address names.
    SourceToken,
}
