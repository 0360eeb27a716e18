# Compiles one program with the pinned toolchain. Sourced by build-program after toolchain.sh.
source "$repo/tools/sbpf/std.sh"

# Every syscall is exported by name: otherwise the linker internalises the declarations and their arguments get lost.
syscalls=(log_ log_64_ log_compute_units_ log_data log_pubkey memcpy_ memmove_ memcmp_ memset_ panic_ alloc_free_
  create_program_address try_find_program_address invoke_signed_c invoke_signed_rust sha256 sha512 keccak256 blake3
  secp256k1_recover poseidon curve_validate_point curve_group_op curve_multiscalar_mul curve_pairing_map
  curve_decompress alt_bn128_group_op alt_bn128_compression big_mod_exp get_sysvar get_clock_sysvar get_rent_sysvar
  get_epoch_schedule_sysvar get_epoch_rewards_sysvar get_fees_sysvar get_last_restart_slot get_epoch_stake
  get_stack_height get_processed_sibling_instruction get_return_data set_return_data remaining_compute_units)

# Both passes would unroll the walk over an instruction's accounts, at 75 instructions an account: 10 kB, for 20 compute units.
unroll=-unroll-threshold=60

linker_args=(
  "--export=__bpf_trap$(printf ',sol_%s' "${syscalls[@]}")"
  --llvm-args=-bpf-stack-size=4096
  "--llvm-args=$unroll"
  # Cold functions in a section of their own are called at wrong addresses, without a word from the linker.
  --llvm-args=-profile-guided-section-prefix=false
)

# compile_program NAME OUTPUT, with the Cargo features in $features
compile_program() {
  local name=$1 output=$2 stage target_file target_dir log
  # A changed recipe gets a stage of its own; what an older one left behind can't leak into this build.
  stage=$cache/rust-$rust_version-$(cat "$repo"/tools/sbpf/{toolchain,std,compile}.sh | sha256sum | cut -c1-12)
  target_file=$stage/sbpf-solana.json
  target_dir=$stage/target
  prepare_stage
  # lib<name>.so carries no hash: another checkout's object in the shared folder could pass for fresh.
  rm -rf "$target_dir/sbpf-solana/release/.fingerprint/$name"-* "$target_dir/sbpf-solana/release/deps/lib$name.so"

  export PATH="$tools/bin:$PATH" LD_LIBRARY_PATH="$stage/llvm" RUSTC="$rustc" RUSTC_BOOTSTRAP=1 CARGO_INCREMENTAL=0
  export CARGO_TARGET_DIR="$target_dir" __CARGO_TESTS_ONLY_SRC_ROOT="$stage/library" CARGO_ENCODED_RUSTFLAGS
  CARGO_ENCODED_RUSTFLAGS=$(rust_flags)
  log=$work/fetch.log
  local build_std=(--target "$target_file" -Zjson-target-spec -Zbuild-std=std,panic_abort)
  cd "$repo"
  if ! "$cargo" fetch --locked "${build_std[@]}" 2> "$log" >&2; then
    cat "$log" >&2
    grep -q 'lock file' "$log" && die "Cargo.lock does not fit the manifests"
    unavailable "the crates registry did not give a dependency"
  fi
  "$cargo" build --locked --release --lib --package "$name" --features "$features" "${build_std[@]}" \
    -Zbuild-std-features=compiler-builtins-mem >&2 || die "the program does not compile"
  cp "$target_dir/sbpf-solana/release/lib$name.so" "$output"
  refuse_paths "$output"
}

# Once for each recipe; the stamp comes last, so a stage that was cut short is made again.
prepare_stage() {
  [ -e "$stage/ready" ] && return
  rm -rf "$stage"
  mkdir -p "$stage/llvm"
  ln -s "$llvm" "$stage/llvm/" # the linker loads the first libLLVM it finds: offer it exactly one
  write_target > "$target_file"
  patch_std "$std_source" "$stage/library"
  : > "$stage/ready"
}

write_target() {
  RUSTC_BOOTSTRAP=1 "$rustc" -Z unstable-options --print target-spec-json --target bpfel-unknown-none | node -e '
    const { metadata, "is-builtin": builtin, ...base } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
    const target = {
      ...base, os: "solana", vendor: "unknown", linker: "sbpf-linker",
      "atomic-cas": true, "min-atomic-width": 8, "panic-strategy": "immediate-abort",
    };
    console.log(JSON.stringify(Object.fromEntries(Object.entries(target).sort()), null, 2));'
}

# Separated by the unit separator, so that a folder's name may hold a space. The checkout itself needs no entry: cargo
# hands rustc its files by relative path, and refuse_paths proves it.
rust_flags() {
  local flags=("${linker_args[@]/#/-Clink-arg=}" "-Cllvm-args=$unroll")
  flags+=(-Alinker_messages) # the linker prints its output's path; what is wrong is an error of its own
  flags+=("--remap-path-prefix=$stage/library=/std" "--remap-path-prefix=$rust_root=/rust"
    "--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo")
  local IFS=$'\x1f'
  printf '%s' "${flags[*]}"
}

# A path of this machine in the object would give every machine another sha256.
refuse_paths() {
  local path
  for path in "$repo" "$cache" "${CARGO_HOME:-$HOME/.cargo}" "$rust_root"; do
    ! grep -aqF "$path" "$1" || die "the object contains the path $path"
  done
}
