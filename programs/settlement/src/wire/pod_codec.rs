//! Lets a zero-copy struct be an instruction's argument: its bytes in memory are its bytes on the wire.

/// Implements the framework's argument codec for a `Pod` struct.
macro_rules! pod_codec {
    ($name:ty) => {
        const _: () = {
            use {
                anchor_lang::wincode::{
                    config::ConfigCore,
                    io::{Reader, Writer},
                    ReadResult, SchemaRead, SchemaWrite, WriteResult,
                },
                core::mem::{size_of, MaybeUninit},
            };

            // SAFETY: `TYPE_META` keeps its default, and `read` initializes `dst` exactly when it returns `Ok`.
            unsafe impl<'de, C: ConfigCore> SchemaRead<'de, C> for $name {
                type Dst = Self;

                fn read(mut reader: impl Reader<'de>, dst: &mut MaybeUninit<Self>) -> ReadResult<()> {
                    let bytes = reader.take_array::<{ size_of::<$name>() }>()?;
                    dst.write(bytemuck::cast(bytes));
                    Ok(())
                }
            }

            // SAFETY: `TYPE_META` keeps its default, and `size_of` returns what `write` writes.
            unsafe impl<C: ConfigCore> SchemaWrite<C> for $name {
                type Src = Self;

                fn size_of(_src: &Self) -> WriteResult<usize> {
                    Ok(size_of::<$name>())
                }

                fn write(mut writer: impl Writer, src: &Self) -> WriteResult<()> {
                    Ok(writer.write(bytemuck::bytes_of(src))?)
                }
            }
        };
    };
}

pub(crate) use pod_codec;
