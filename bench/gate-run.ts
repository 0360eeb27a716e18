import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judgeSides } from '../gate/src/judge.ts';
import { spread } from './spread.ts';

const repo = join(import.meta.dirname, '..');
const source = join(repo, 'releases/settlement');
const RELEASES = 10;
const TODAY = '2026-01-01';

/** Ten releases, made of those there are: each with IDL, .proto, lock, object and a manifest of its own. */
function tenReleases(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-bench-gate-'));
  const there = readdirSync(source);
  for (let at = 0; at < RELEASES; at += 1) {
    const from = join(source, there[at % there.length] as string);
    const semver = `0.${at}.9`;
    const to = join(folder, semver);
    cpSync(from, to, { recursive: true });
    const manifest = JSON.parse(readFileSync(join(to, 'manifest.json'), 'utf8'));
    writeFileSync(join(to, 'manifest.json'), JSON.stringify({ ...manifest, semver }));
  }
  return folder;
}

/** Times of the check: in this process, after a first run that loads what is needed, and as a command from nothing. */
export async function gateRun(runs: number): Promise<object> {
  const { deployed, staged } = JSON.parse(readFileSync(join(repo, 'releases/environments.json'), 'utf8'));
  const candidates = [deployed, staged].map(({ settlement }: { settlement: string }) => join(source, settlement));
  const folder = tenReleases();
  try {
    const inProcess: number[] = [];
    const processor: number[] = [];
    let findings = 0;
    for (let run = 0; run <= runs; run += 1) {
      const [began, used] = [performance.now(), process.cpuUsage()];
      const reports = [];
      for (const candidate of candidates) reports.push(await judgeSides(folder, candidate, { today: TODAY }));
      const { user, system } = process.cpuUsage(used);
      if (run > 0) {
        inProcess.push(performance.now() - began);
        processor.push((user + system) / 1_000);
      }
      findings = reports.reduce((sum, report) => sum + report.findings.length, 0);
    }
    const command = Array.from({ length: runs }, () => {
      const began = performance.now();
      const words = ['cli/bin/lockstep.mjs', 'gate', 'check', folder, candidates[1] as string, '--json'];
      const { status, stderr } = spawnSync(process.execPath, words, { cwd: repo, encoding: 'utf8' });
      if (status !== 0 && status !== 1) throw new Error(`the gate ended with ${status}: ${stderr}`);
      return performance.now() - began;
    });
    return {
      releases: RELEASES,
      candidates: candidates.length,
      findings,
      bothIdlsMs: spread(inProcess),
      // What a busy machine does not stretch.
      bothIdlsProcessorMs: spread(processor),
      commandMs: spread(command),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
