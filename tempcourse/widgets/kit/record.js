// What a reader answered, kept on this device and nowhere else: by the browser's storage, and while the page is open
// also where that is denied or full. Each explorable is a module of its own; they meet in the page's one record.

const KEY = "temperature-course";
const HELD = Symbol.for(KEY); // the record of this page
const CHANGED = `${KEY}-changed`;
const VERSION = 1;
const LATEST = 86_400_000; // milliseconds by which a clock may have been ahead
const TIMED = ["exercises", "cells", "settings"]; // parts whose entries are { when, … }, the latest of each name

/** Nothing answered yet. A new generation begins when all is deleted and when a saved record is taken up. */
function emptyRecord(generation = 0) {
  return { version: VERSION, generation, quizzes: {}, exercises: {}, cells: {}, settings: {} };
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
  const generation = Number.isInteger(known.generation) ? known.generation : 0;
  const quizzes = namedEntries(known.quizzes, (answers) => [answers].flat().filter(isTimed).map(soundAnswer));
  const timed = (part) => namedEntries(known[part], (entry) => (isTimed(entry) ? entry : undefined));
  return { ...known, generation, quizzes, ...partsBy(timed) };
}

/** Whether an entry says when it was made, and that is no time to come: else it would count for ever. */
function isTimed(entry) {
  return typeof entry === "object" && entry !== null && Number.isFinite(entry.when) && entry.when < Date.now() + LATEST;
}

/** An answer whose sureness can be reckoned with, or has none. */
function soundAnswer(answer) {
  const { sure, choices } = answer;
  const isSound = sure > 0 && sure < 1 && Number.isInteger(choices) && choices >= 2;
  return isSound || (sure ?? null) === null ? answer : { ...answer, sure: null };
}

/** The entries of an object under names that can be ours, each as a function makes it of what was there. */
function namedEntries(entries, make) {
  const named = Object.entries(entries).filter(([name]) => /^[a-z0-9][\w./-]*$/i.test(name));
  return Object.fromEntries(named.map(([name, entry]) => [name, make(entry)]).filter(([, entry]) => entry));
}

/** The timed parts of a record, each made by a function of its name. */
function partsBy(make) {
  return Object.fromEntries(TIMED.map((part) => [part, make(part)]));
}

/** The entries of two objects, of each name the later one. */
function latestOf(one, other) {
  const entries = [...Object.entries(one), ...Object.entries(other)];
  return Object.fromEntries(entries.sort(([, a], [, b]) => a.when - b.when));
}

/** All that two records know: every answer to a quiz once, and of all else the latest. A newer generation counts alone. */
export function mergedRecords(one, other) {
  if (one.generation !== other.generation) return one.generation > other.generation ? one : other;
  const quizzes = { ...one.quizzes };
  for (const [name, answers] of Object.entries(other.quizzes)) {
    const known = Object.hasOwn(quizzes, name) ? quizzes[name] : [];
    const fresh = answers.filter(({ when }) => !known.some((answer) => answer.when === when));
    quizzes[name] = [...known, ...fresh].sort((a, b) => a.when - b.when);
  }
  return { ...emptyRecord(one.generation), quizzes, ...partsBy((part) => latestOf(one[part], other[part])) };
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

/** Let a record be the page's, and tell whether it is stored too. */
function write(record) {
  globalThis[HELD] = record;
  const isStored = keep(record);
  dispatchEvent(new Event(CHANGED));
  return isStored;
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

/** Take up what a saved record knows, beside what is known here; returns whether it is stored. */
export function addRecord(saved) {
  const { generation, ...known } = readRecord();
  return write({ ...mergedRecords({ ...known, generation }, { ...saved, generation }), generation: generation + 1 });
}

/** Forget all, in other tabs too; returns whether nothing is stored any more. */
export function deleteRecord() {
  return write(emptyRecord(readRecord().generation + 1));
}

/** Call a listener whenever the record changes, here or in another tab; returns what ends that. */
export function followRecord(listener) {
  const onStorage = ({ key }) => (key === KEY || key === null) && listener();
  addEventListener(CHANGED, listener);
  addEventListener("storage", onStorage);
  addEventListener("pageshow", listener); // of a page that was put aside and is shown again
  return () => {
    removeEventListener(CHANGED, listener);
    removeEventListener("storage", onStorage);
    removeEventListener("pageshow", listener);
  };
}
