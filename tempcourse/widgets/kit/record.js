// What a reader answered, kept on this device and nowhere else: by the browser's storage, and while the page is open
// also where that is denied or full. Each explorable is a module of its own; they meet in the page's one record.

const KEY = "temperature-course";
const HELD = Symbol.for(KEY); // the record of this page
const CHANGED = `${KEY}-changed`;
const VERSION = 1;
const TIMED = ["exercises", "cells", "settings"]; // parts whose entries are { when, … }, the latest of each name

/** Nothing answered yet; `since` is when all was deleted, in milliseconds: what is older is not taken up again. */
function emptyRecord(since = 0) {
  return { version: VERSION, since, quizzes: {}, exercises: {}, cells: {}, settings: {} };
}

/** A record as a text holds it; null for none, and for what is no record or one of a later version. */
export function parsedRecord(text) {
  let record = null;
  try {
    record = JSON.parse(text);
  } catch {
    return null;
  }
  const isObject = (thing) => typeof thing === "object" && thing !== null && !Array.isArray(thing);
  if (!isObject(record) || !(record.version <= VERSION)) return null;
  const known = { ...emptyRecord(), ...record, version: VERSION };
  if (!["quizzes", ...TIMED].every((part) => isObject(known[part]))) return null;
  const timed = (entry) => isObject(entry) && Number.isFinite(entry.when);
  const lists = Object.entries(known.quizzes).map(([name, answers]) => [name, [answers].flat().filter(timed)]);
  const sound = (entries) => Object.fromEntries(Object.entries(entries).filter(([, entry]) => timed(entry)));
  const since = Number.isFinite(known.since) ? known.since : 0;
  return { ...known, since, quizzes: Object.fromEntries(lists), ...partsBy((part) => sound(known[part])) };
}

/** The timed parts of a record, each made by a function of its name. */
function partsBy(make) {
  return Object.fromEntries(TIMED.map((part) => [part, make(part)]));
}

/** The entries of two objects, of each name the later one, and none from before a time. */
function latestOf(one, other, since) {
  const entries = [...Object.entries(one), ...Object.entries(other)].filter(([, { when }]) => when > since);
  return Object.fromEntries(entries.sort(([, a], [, b]) => a.when - b.when));
}

/** All that two records know: every answer to a quiz once, and of all else the latest. */
export function mergedRecords(one, other) {
  const since = Math.max(one.since, other.since);
  const merged = emptyRecord(since);
  for (const { quizzes } of [one, other]) {
    for (const [name, answers] of Object.entries(quizzes)) {
      const known = merged.quizzes[name] ?? [];
      const fresh = answers.filter(({ when }) => when > since && !known.some((answer) => answer.when === when));
      if (known.length + fresh.length) merged.quizzes[name] = [...known, ...fresh].sort((a, b) => a.when - b.when);
    }
  }
  return { ...merged, ...partsBy((part) => latestOf(one[part], other[part], since)) };
}

function storedText() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // denied
  }
}

/** What is known now. Another tab may have written since. */
export function readRecord() {
  const stored = parsedRecord(storedText()) ?? emptyRecord();
  return globalThis[HELD] ? mergedRecords(stored, globalThis[HELD]) : stored;
}

function write(record) {
  globalThis[HELD] = record;
  keep(record);
  dispatchEvent(new Event(CHANGED));
}

function isOfLaterCourse(text) {
  try {
    return JSON.parse(text)?.version > VERSION;
  } catch {
    return false; // it is broken
  }
}

/**
 * Try to store a record. Where that is denied, where the storage is full, and where a later version of the course has
 * stored what this one cannot read, it lives as long as the page.
 */
function keep(record) {
  try {
    if (isOfLaterCourse(localStorage.getItem(KEY))) return false;
    localStorage.setItem(KEY, JSON.stringify(record));
    return true;
  } catch {
    return false;
  }
}

/** Whether what is answered here will be there tomorrow. */
export function isKept() {
  return keep(readRecord());
}

/** Note an answer to a quiz. */
export function noteQuiz(name, answer) {
  const record = readRecord();
  const answers = [...(record.quizzes[name] ?? []), { when: Date.now(), ...answer }];
  write({ ...record, quizzes: { ...record.quizzes, [name]: answers } });
}

function noteIn(part, name, entry) {
  const record = readRecord();
  write({ ...record, [part]: { ...record[part], [name]: { ...record[part][name], ...entry, when: Date.now() } } });
}

/** Note what was written as the answer to an exercise: what else is known of it stays. */
export function noteExercise(number, entry) {
  noteIn("exercises", number, entry);
}

/** Note what was written in a cell of code; null for what stood there at first. */
export function noteCell(name, written) {
  noteIn("cells", name, { written });
}

/** Change a setting. */
export function noteSetting(name, value) {
  noteIn("settings", name, { value });
}

/** What a setting was last changed to; undefined where it never was. */
export function readSetting(name) {
  return readRecord().settings[name]?.value;
}

/** Take up what a saved record knows, be it older than a deletion: it is the reader's wish. */
export function addRecord(saved) {
  write(mergedRecords({ ...readRecord(), since: 0 }, { ...saved, since: 0 }));
}

/** Forget all; other tabs forget it too. */
export function deleteRecord() {
  write(emptyRecord(Date.now()));
}

/** Call a listener whenever the record changes, here or in another tab; returns what ends that. */
export function followRecord(listener) {
  const onStorage = ({ key }) => (key === KEY || key === null) && listener();
  addEventListener(CHANGED, listener);
  addEventListener("storage", onStorage);
  return () => {
    removeEventListener(CHANGED, listener);
    removeEventListener("storage", onStorage);
  };
}
