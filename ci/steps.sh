# Runs named steps, keeps their results, and ends with a table and the totals of all test runs. Sourced by .ci/run.

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
started=$SECONDS
names=() results=() durations=()

# step NAME COMMAND...: exit 0 passes, 3 is unknown (a tool can't be had on this machine), anything else fails. What is unknown fails
# the run too, unless ALLOW_UNKNOWN=1: then the end says what was not proven.
step() {
  local name=$1 began=$SECONDS status=0
  shift
  printf '\n=== %s: %s\n' "$name" "$*"
  "$@" < /dev/null 2>&1 | tee "$logs/${#names[@]}" || status=$?
  names+=("$name")
  durations+=($((SECONDS - began)))
  case $status in
    0) results+=(passed) ;;
    3) results+=(UNKNOWN) && shout "$name: NOT DECIDED ON THIS MACHINE" ;;
    *) results+=(FAILED) && shout "$name: FAILED WITH $status" ;;
  esac
}

step_passed() { [ "${results[-1]}" = passed ]; }

shout() { printf '!!! %s\n' "${*^^}"; }

# The suites use a real validator when there is one.
put_validator_on_path() {
  if [ -n "${SOLANA_TEST_VALIDATOR:-}" ]; then
    PATH=$(dirname "$SOLANA_TEST_VALIDATOR"):$PATH
  elif ! command -v solana-test-validator > /dev/null && [ -x ../shared/tools/validator ]; then
    PATH=$(../shared/tools/validator):$PATH
  fi
  export PATH
  command -v solana-test-validator > /dev/null ||
    shout 'no solana-test-validator: the suites run against the embedded chain alone'
}

# Adds up what the test runs printed themselves: node's "ℹ pass 12", cargo's "test result: ok. 12 passed; 0 failed" and ctest's
# "100% tests passed, 0 tests failed out of 12".
# sum PATTERN [GROUP]
sum() { cat "$logs"/* | sed -nE "s/$1/\\${2:-1}/p" | awk '{ total += $1 } END { print total + 0 }'; }

conclude() {
  local i failed_steps=0 unproven=() passed failed
  printf '\n%-22s %-8s %s\n' step result seconds
  for i in "${!names[@]}"; do
    printf '%-22s %-8s %s\n' "${names[$i]}" "${results[$i]}" "${durations[$i]}"
    [ "${results[$i]}" != FAILED ] || failed_steps=$((failed_steps + 1))
    [ "${results[$i]}" != UNKNOWN ] || unproven+=("${names[$i]}")
  done
  printf '%-22s %-8s %s\n' total '' $((SECONDS - started))
  local ctest='^[0-9]+% tests passed, ([0-9]+) tests failed out of ([0-9]+)$'
  passed=$(($(sum '^ℹ pass ([0-9]+)$') + $(sum '^test result: .* ([0-9]+) passed;.*') + $(sum "$ctest" 2) - $(sum "$ctest")))
  # What node calls cancelled is a test that did not end in time.
  failed=$(($(sum '^ℹ (fail|cancelled) ([0-9]+)$' 2) + $(sum '^test result: .* ([0-9]+) failed;.*') + $(sum "$ctest")))
  if [ ${#unproven[@]} -gt 0 ]; then
    printf '\n'
    for i in "${unproven[@]}"; do shout "not proven: $i"; done
    if [ "${ALLOW_UNKNOWN:-}" = 1 ]; then
      shout 'let pass by ALLOW_UNKNOWN=1'
    else
      shout 'unknown is not passed; ALLOW_UNKNOWN=1 lets it pass, where that is known to be enough'
      failed_steps=$((failed_steps + ${#unproven[@]}))
    fi
  fi
  # A step can fail without a failing test (a difference, a crash): then the totals must not look clean.
  [ "$failed" -ge "$failed_steps" ] || failed=$failed_steps
  printf '\n%d passed, %d failed\n' "$passed" "$failed"
  [ "$failed" = 0 ]
}
