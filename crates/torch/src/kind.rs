//! Element types.

macro_rules! kinds {
    ($($(#[doc = $meaning:literal])+ $kind:ident = $number:literal, $size:literal;)+) => {
        /// The type of a tensor's elements, numbered as LibTorch does.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(i8)]
        pub enum Kind {
            $($(#[doc = $meaning])+ $kind = $number,)+
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Kind] = &[$(Kind::$kind,)+];

            /// The bytes of an element.
            pub const fn size(self) -> usize {
                match self { $(Kind::$kind => $size,)+ }
            }
        }
    };
}

kinds! {
    /// Unsigned bytes.
    U8 = 0, 1;
    /// Signed bytes.
    I8 = 1, 1;
    /// Integers of 16 bits.
    I16 = 2, 2;
    /// Integers of 32 bits.
    I32 = 3, 4;
    /// Integers of 64 bits.
    I64 = 4, 8;
    /// IEEE floats of 16 bits.
    F16 = 5, 2;
    /// Floats of 32 bits.
    F32 = 6, 4;
    /// Floats of 64 bits.
    F64 = 7, 8;
    /// Bytes that are 0 or 1.
    Bool = 11, 1;
    /// Floats of 16 bits with the exponent of 32.
    Bf16 = 15, 2;
}

impl Kind {
    /// The kind of this number.
    pub fn of_number(number: i32) -> Option<Kind> {
        Kind::ALL.iter().copied().find(|&kind| i32::from(kind.number()) == number)
    }

    /// LibTorch's number for it.
    pub const fn number(self) -> i8 {
        self as i8
    }
}
