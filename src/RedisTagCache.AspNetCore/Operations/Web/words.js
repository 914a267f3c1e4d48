'use strict';
// Numbers and texts as the command line tool shows them, elements, and requests. All that comes from the cache is set as text.
const settings = document.body.dataset;
const isReadOnly = settings.readOnly === 'true';
const byId = id => document.getElementById(id);

// What would change the line or its direction is made visible: keys of pages hold such characters, and others may come from visitors.
// Those of the tool's Hidden.cs.
const hiddenCharacters = /(?! )[\p{C}\p{Z}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\ufffd\u{e0100}-\u{e01ef}]/gu;
const shown = text => String(text).replace(hiddenCharacters, character => character.split('').map(half => {
  const code = half.charCodeAt(0);
  return code < 256 ? '\\x' + code.toString(16).padStart(2, '0') : '\\u' + code.toString(16).padStart(4, '0');
}).join(''));
const editable = text => shown(text.replace(/\\(?=x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4})/g, '\\x5c'));
const typed = text => text.replace(/\\x([0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})/g, (_, x, u) => String.fromCharCode(parseInt(x ?? u, 16)));

const trimmed = (number, digits) => String(Number(number.toFixed(digits)));
const count = number => number.toLocaleString('en-US');
const plural = (number, one, many) => `${count(number)} ${number === 1 ? one : many}`;
function duration(seconds) {
  if (seconds === null || seconds === undefined) return '-';
  if (seconds < 0.001) return (seconds * 1e6).toFixed(0) + ' us';
  if (seconds < 1) return trimmed(seconds * 1000, 2) + ' ms';
  if (seconds < 120) return trimmed(seconds, 1) + ' s';
  if (seconds < 7200) return trimmed(seconds / 60, 1) + ' min';
  if (seconds < 172800) return trimmed(seconds / 3600, 1) + ' h';
  return trimmed(seconds / 86400, 1) + ' d';
}
function ago(seconds) {
  if (seconds < 1) return 'now';
  if (seconds < 120) return Math.floor(seconds) + ' s';
  if (seconds < 7200) return Math.floor(seconds / 60) + ' min';
  return seconds < 172800 ? Math.floor(seconds / 3600) + ' h' : Math.floor(seconds / 86400) + ' d';
}
function bytes(number) {
  if (number === null || number === undefined) return '-';
  if (number < 1024) return number + ' B';
  if (number < 1048576) return trimmed(number / 1024, 1) + ' KiB';
  if (number < 1073741824) return trimmed(number / 1048576, 1) + ' MiB';
  return trimmed(number / 1073741824, 2) + ' GiB';
}
const rate = number => number >= 100 ? count(Math.round(number)) : trimmed(number, 1);
const percent = part => part >= 0.9995 ? '100 %' : (part * 100).toFixed(1) + ' %';
const time = text => text ? text.slice(0, 19).replace('T', ' ') + 'Z' : '-';

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (typeof value === 'function') made.addEventListener(key, value);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.filter(child => child !== null && child !== undefined));
  return made;
}
const pairs = (rows, kind) => element('dl', { class: kind }, ...rows.flatMap(([name, value]) => [element('dt', null, name), element('dd', null, value)]));

class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}
async function ask(path, body, signal) {
  const headers = { Accept: 'application/json', 'X-RedisTagCache': '1' };
  if (body) headers['Content-Type'] = 'application/json';
  if (body && settings.tokenHeader) headers[settings.tokenHeader] = settings.token;
  const response = await fetch(`${settings.base}${path}?cache=${encodeURIComponent(settings.cache)}`, {
    method: body ? 'POST' : 'GET', headers, body: body ? JSON.stringify(body) : undefined, signal, cache: 'no-store', credentials: 'same-origin', redirect: 'error',
  });
  if (response.ok) return response.json();
  let detail = '';
  try {
    detail = (await response.json()).detail;
  } catch {
    // not from these endpoints
  }
  throw new Refused(response.status, detail || (response.status === 401 || response.status === 403 ? 'You may not do this. Sign in again?' : `The application answered ${response.status}.`));
}
