# The pinned toolchain: Rust, its LLVM, the linker. Sourced by build-program.
rust_version=1.98.0 # LLVM 22.1.8; 1.96 and 1.97 can not select AtomicFence, 1.99 has LLVM 23, which the linker does not read
linker_version=0.1.9

# Prepares the cache and sets rust_root, rustc, cargo, std_source, llvm and tools.
take_toolchain() {
  cache=${BUILD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lockstep/sbpf}
  mkdir -p "$cache"
  cache=$(cd "$cache" && pwd)
  tools=$cache/tools
  command -v flock > /dev/null || unavailable "flock (util-linux) is missing"
  # Two checkouts share this cache: one builds at a time.
  exec 9> "$cache/lock"
  flock -n 9 || { say "waiting for another build"; flock 9; }
  forget_build_settings
  take_rust
  take_linker
}

# Anything in the caller's environment that would reach rustc changes the bytes.
forget_build_settings() {
  local name
  for name in $(compgen -e); do
    case $name in
      RUSTC | RUSTC_* | RUSTFLAGS | RUSTDOC* | RUSTUP_TOOLCHAIN | CARGO_ENCODED_* | CARGO_BUILD_* | CARGO_PROFILE_* | \
        CARGO_TARGET_* | CARGO_INCREMENTAL | CARGO_UNSTABLE_* | __CARGO_*) unset "$name" ;;
    esac
  done
}

take_rust() {
  local rustup
  rustup=$(find_rustup) || unavailable "rustup is missing and apt-get can't install it; see https://rustup.rs"
  # Without --toolchain, and with the shim by its full path: rustup must not choose, install or update by itself.
  if ! rust_root=$(toolchain_root "$rustup"); then
    "$rustup" toolchain install "$rust_version" --profile minimal --component rust-src --no-self-update >&2 ||
      unavailable "rustup could not install Rust $rust_version with rust-src"
    rust_root=$(toolchain_root "$rustup") || unavailable "rustup installed Rust $rust_version without rust-src"
  fi
  rustc=$rust_root/bin/rustc
  cargo=$rust_root/bin/cargo
  std_source=$rust_root/lib/rustlib/src/rust/library
  llvm=$(echo "$rust_root"/lib/libLLVM.so.*) # not the .so beside it: that one is a linker script
  [ -f "$llvm" ] || unavailable "Rust $rust_version has no shared libLLVM on this machine"
}

find_rustup() {
  command -v rustup && return
  local home_rustup=${CARGO_HOME:-$HOME/.cargo}/bin/rustup
  [ -x "$home_rustup" ] && { echo "$home_rustup"; return; }
  [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null || return 1
  { apt-get update && apt-get install -y --no-install-recommends rustup gcc libc6-dev ca-certificates; } > /dev/null 2>&1 < /dev/null || return 1
  command -v rustup
}

toolchain_root() {
  local rustc_path root
  rustc_path=$(RUSTUP_AUTO_INSTALL=0 "$1" which rustc --toolchain "$rust_version" 2> /dev/null) || return 1
  root=$(dirname "$(dirname "$rustc_path")")
  [ -d "$root/lib/rustlib/src/rust/library" ] || return 1
  echo "$root"
}

take_linker() {
  local linker=$tools/bin/sbpf-linker
  # It prints its version as an error, so only the text counts.
  if [ ! -x "$linker" ] || ! { "$linker" --version 2>&1 || true; } | grep -q "sbpf-linker $linker_version$"; then
    say "installing sbpf-linker $linker_version (some minutes, once)"
    RUSTC=$rustc CARGO_TARGET_DIR=$cache/linker-target \
      "$cargo" install sbpf-linker --version "$linker_version" --locked --force --root "$tools" >&2 ||
      unavailable "sbpf-linker $linker_version could not be installed from the crates registry"
  fi
  rm -rf "$cache/linker-target"
}

toolchain_json() {
  printf '{"rust":"%s","llvm":"%s","linker":"sbpf-linker %s"}' "$rust_version" \
    "$("$rustc" -vV | sed -n 's/^LLVM version: //p')" "$linker_version"
}
