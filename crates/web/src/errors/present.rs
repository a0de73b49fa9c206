//! Gives an error the form that suits the request.
