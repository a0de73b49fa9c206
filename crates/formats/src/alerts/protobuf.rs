//! Reading the wire format of protocol buffers: fields and their numbers, nothing more.
//!
//! One message of one schema is read here, and a generated reader would bring a compiler to every build or its output
//! into the repository. The wire format is five cases (protobuf.dev, "Encoding").

/// A field's value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'a> {
    /// A whole number or a truth value.
    Number(u64),
    /// A text, or a message of its own.
    Bytes(&'a [u8]),
    /// A number of four or eight bytes, which no field that we read has.
    Fixed,
}

impl<'a> Value<'a> {
    /// The number.
    pub(super) const fn number(self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The bytes.
    pub(super) const fn bytes(self) -> Option<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
}

/// The fields of a message, in its order. Ends with an error at the first one that is broken.
pub(super) struct Fields<'a> {
    rest: &'a [u8],
    broken: bool,
}

impl<'a> Fields<'a> {
    pub(super) const fn of(message: &'a [u8]) -> Self {
        Self {
            rest: message,
            broken: false,
        }
    }

    /// Whether the message ended before its end.
    pub(super) const fn is_broken(&self) -> bool {
        self.broken
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..70).step_by(7) {
            let (byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            let bits = u64::from(byte & 0x7f);
            number |= bits.checked_shl(shift).unwrap_or(0);
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn field(&mut self) -> Option<(u64, Value<'a>)> {
        let tag = self.varint()?;
        let value = match tag & 7 {
            0 => Value::Number(self.varint()?),
            1 => self.take(8).map(|_| Value::Fixed)?,
            2 => {
                let length = usize::try_from(self.varint()?).ok()?;
                Value::Bytes(self.take(length)?)
            }
            5 => self.take(4).map(|_| Value::Fixed)?,
            // Groups were never in this schema.
            _ => return None,
        };
        Some((tag >> 3, value)).filter(|(number, _)| *number > 0)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (u64, Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() || self.broken {
            return None;
        }
        let field = self.field();
        self.broken = field.is_none();
        field
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_their_end() {
        // Field 1 is 150, field 2 is "testing" (the examples of the specification), field 3 has four bytes.
        let message = b"\x08\x96\x01\x12\x07testing\x1d\0\0\0\0";
        let mut fields = Fields::of(message);
        assert_eq!(fields.next(), Some((1, Value::Number(150))));
        assert_eq!(fields.next(), Some((2, Value::Bytes(b"testing"))));
        assert_eq!(fields.next(), Some((3, Value::Fixed)));
        assert_eq!(fields.next(), None);
        assert!(!fields.is_broken());
        for cut in [
            b"\x12\x07test".as_slice(),
            b"\x08",
            b"\x0b\x01",
            b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
            b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        ] {
            let mut fields = Fields::of(cut);
            assert_eq!(fields.next(), None);
            assert!(fields.is_broken(), "{cut:?}");
        }
    }
}
