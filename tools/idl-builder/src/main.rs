//! Prints the IDL of the program in the folder given, with what the framework leaves out.
//!
//! The framework emits the types that arguments, accounts and events reach. The trades inside `settle_batch`'s bytes, a
//! market's entries and the limits are reached by none of them: the program's own test `print_idl_extras` prints those from
//! the Rust definitions, and this merges them in.
//!
//! Stdout is one JSON document with sorted lists; everything else goes to stderr.

use {
    anchor_lang_idl::{
        build::IdlBuilder,
        types::{Idl, IdlConst, IdlTypeDef},
    },
    anyhow::{bail, Context, Result},
    std::{
        path::{Path, PathBuf},
        process::{Command, Stdio},
    },
};

const EXTRAS_TEST: &str = "print_idl_extras";
const EXTRAS_BEGIN: &str = "--- IDL begin extras ---";
const EXTRAS_END: &str = "--- IDL end extras ---";

struct Extras {
    types: Vec<IdlTypeDef>,
    constants: Vec<IdlConst>,
}

fn main() -> Result<()> {
    let mut args = std::env::args();
    let program: PathBuf = args.nth(1).context("usage: idl-builder PROGRAM_FOLDER [FEATURES]")?.into();
    let features = args.next().unwrap_or_default();
    // The builder installs the toolchain this names, or updates one, unasked.
    std::env::remove_var("RUSTUP_TOOLCHAIN");

    let idl = IdlBuilder::new()
        .program_path(program.clone())
        .skip_lint(true)
        .cargo_args(["--locked", "--lib", "--features", &features].map(Into::into).into())
        .build()?;
    let idl = merge(idl, extras(&program, &features)?, &crate_version(&program)?)?;
    println!("{}", serde_json::to_string(&idl)?);
    Ok(())
}

/// Runs the program's own printing test, with the settings of the builder so that nothing is compiled again.
fn extras(program: &Path, features: &str) -> Result<Extras> {
    let output = Command::new("cargo")
        .args(["test", EXTRAS_TEST, "--features", "idl-build", "--features", features, "--locked", "--lib"])
        .args(["--", "--show-output", "--quiet"])
        .env("RUSTFLAGS", "-A warnings")
        .current_dir(program)
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        bail!("the program's test {EXTRAS_TEST} failed");
    }
    let stdout = String::from_utf8(output.stdout)?;
    let json = stdout
        .split_once(EXTRAS_BEGIN)
        .and_then(|(_, rest)| rest.split_once(EXTRAS_END))
        .map(|(json, _)| json)
        .with_context(|| format!("the program has no test {EXTRAS_TEST}"))?;
    let mut document: serde_json::Value = serde_json::from_str(json)?;
    Ok(Extras {
        types: serde_json::from_value(document["types"].take())?,
        constants: serde_json::from_value(document["constants"].take())?,
    })
}

fn merge(mut idl: Idl, extras: Extras, version: &str) -> Result<Idl> {
    for extra in extras.types {
        match idl.types.iter().find(|known| known.name == extra.name) {
            Some(known) if *known == extra => {}
            Some(_) => bail!("two different types are called {}", extra.name),
            None => idl.types.push(extra),
        }
    }
    idl.constants.extend(extras.constants);
    idl.types.sort_by(|a, b| a.name.cmp(&b.name));
    idl.constants.sort_by(|a, b| a.name.cmp(&b.name));
    // The framework writes 0.1.0 whatever the crate's version is.
    idl.metadata.version = version.into();
    Ok(idl)
}

fn crate_version(program: &Path) -> Result<String> {
    std::fs::read_to_string(program.join("Cargo.toml"))?
        .lines()
        .find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"').map(str::to_owned))
        .context("the program's Cargo.toml has no version")
}
