import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import { proto as rule } from '../rules/proto.ts';
import { compareEnum } from './enums.ts';
import { compareMessage } from './messages.ts';
import type { Proto } from './model.ts';

/** Bytes that old engines wrote, read by what is generated from the new files. */
export function checkProto(old: Proto, next: Proto): readonly Finding[] {
  const [was, now] = [packageOf(old), packageOf(next)];
  const isMoved = was !== undefined && now !== undefined && was !== now;
  const local = isMoved ? relativeTo(was, now) : (name: string) => name;
  const findings = isMoved ? [finding(rule.package, 'proto/package', `was ${was || 'none'}, is ${now || 'none'}`)] : [];
  return [
    ...findings,
    ...checkSyntax(old, next),
    ...checkMessages(old, next, local),
    ...checkServices(old, next, local),
  ];
}

type Rename = (oldName: string) => string;

/** The one package of all files; undefined when there are several, or none. */
function packageOf({ files }: Proto): string | undefined {
  const packages = new Set(files.map((file) => file.package));
  return packages.size === 1 ? [...packages][0] : undefined;
}

/** What moves with its package is reported once, and compared where it went. */
function relativeTo(was: string, now: string): Rename {
  return (name) => {
    const local = was === '' ? name : name.startsWith(`${was}.`) ? name.slice(was.length + 1) : undefined;
    if (local === undefined) return name;
    return now === '' ? local : `${now}.${local}`;
  };
}

function checkSyntax(old: Proto, next: Proto): readonly Finding[] {
  const syntaxes = ({ files }: Proto): string => [...new Set(files.map(({ syntax }) => syntax))].sort().join(', ');
  const [was, now] = [syntaxes(old), syntaxes(next)];
  return was === now ? [] : [finding(rule.syntax, 'proto/syntax', `was ${was}, is ${now}`)];
}

function checkMessages(old: Proto, next: Proto, local: Rename): readonly Finding[] {
  const messages = [...old.messages].flatMap(([name, was]) => {
    const now = next.messages.get(local(name));
    const place = `proto/${local(name)}`;
    return now
      ? compareMessage(was, now, place, { local, messages: next.messages })
      : [finding(rule.messageDeleted, place, 'it is gone')];
  });
  const enums = [...old.enums].flatMap(([name, was]) => {
    const now = next.enums.get(local(name));
    const place = `proto/${local(name)}`;
    return now ? compareEnum(was, now, place) : [finding(rule.enumDeleted, place, 'it is gone')];
  });
  const known = new Set([...old.messages.keys(), ...old.enums.keys()].map(local));
  const added = [...next.messages.keys(), ...next.enums.keys()]
    .filter((name) => !known.has(name))
    .map((name) => finding(rule.messageAdded, `proto/${name}`, 'it is new'));
  return [...messages, ...enums, ...added];
}

function checkServices(old: Proto, next: Proto, local: Rename): readonly Finding[] {
  return [...old.services].flatMap(([name, methods]) => {
    const now = next.services.get(local(name));
    if (!now) return [finding(rule.serviceChanged, `proto/${local(name)}`, 'the service is gone')];
    return [...methods].flatMap(([method, signature]) => {
      const found = now.get(method);
      if (found === signature) return [];
      return [
        finding(rule.serviceChanged, `proto/${local(name)}/${method}`, `was ${signature}, is ${found ?? 'gone'}`),
      ];
    });
  });
}
