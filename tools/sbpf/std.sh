# A copy of the standard library that knows target_os = "solana". Sourced by compile.sh.
# The SDK crates want std; the upstream compiler has none for this target.

# patch_std SOURCE TARGET_FOLDER
patch_std() {
  local lib=$2 sys=$2/std/src/sys
  rm -rf "$lib"
  cp -r "$1" "$lib"
  sed -i 's/        || target_os == "vexos"/&\n        || target_os == "solana"/' "$lib/std/build.rs"
  sed -i 's/    target_arch = "xtensa",$/&\n    target_arch = "bpf",/
          s/^    target_os = "zkvm" => {/    target_os = "solana" => {\n        mod solana;\n    }\n&/' "$sys/alloc/mod.rs"
  sed -i 's/^\( *\)target_os = "vexos",$/&\n\1target_os = "solana",/' "$sys"/{io/error,thread_local,random}/mod.rs
  expect_edits 1 "$lib/std/build.rs"
  expect_edits 1 "$sys/alloc/mod.rs"
  expect_edits 5 "$sys"/{io/error,thread_local,random}/mod.rs
  cat > "$sys/alloc/solana.rs" << 'RUST'
//! The program brings its own global allocator; this one only has to exist.
use crate::alloc::{GlobalAlloc, Layout, System};

#[stable(feature = "alloc_system_type", since = "1.28.0")]
unsafe impl GlobalAlloc for System {
    unsafe fn alloc(&self, _layout: Layout) -> *mut u8 {
        crate::ptr::null_mut()
    }
    unsafe fn dealloc(&self, _ptr: *mut u8, _layout: Layout) {}
}

/// What LLVM calls where a program must not continue.
#[unsafe(no_mangle)]
extern "C" fn __bpf_trap() -> ! {
    unsafe extern "C" {
        fn abort() -> !;
    }
    unsafe { abort() }
}
RUST
}

# An edit that finds nothing to edit is silent; a library that moved on must not be.
expect_edits() {
  local wanted=$1 found
  shift
  found=$(cat "$@" | grep -c 'target_os = "solana"\|target_os == "solana"' || true)
  [ "$found" = "$wanted" ] || die "the standard library has changed: $found edits instead of $wanted in ${1##*/library/}"
}
