'use strict';
// The search, what it found, and what can be done about it.
// Which build an entry is of is worth a column only where it may be another.
const columns = () => ['region', ...(showsBuilds ? ['build'] : []), 'key', 'status', 'age', 'left', 'size', 'tags'];
let showsBuilds = false;
let running = null;
let lastSearch = null;
let newestAct = 0;

function tell(text, kind, ...more) {
  byId('find-result').className = 'result' + (kind ? ' ' + kind : '');
  byId('find-result').replaceChildren(shown(text), ...more);
}

async function find(isQuiet) {
  running?.abort();
  const mine = running = new AbortController();
  const kind = byId('find-kind').value, text = typed(byId('find-text').value);
  lastSearch = { kind, text };
  if (!isQuiet) tell('Searching ...');
  byId('find-stop').hidden = false;
  try {
    const found = await ask('/find', {
      [kind]: text, region: byId('find-region').value, status: byId('find-status').value, allBuilds: byId('find-builds').checked,
    }, mine.signal);
    showFound(found, isQuiet);
  } catch (e) {
    if (e.name === 'AbortError') {
      if (running === mine) tell('Stopped.');
    } else {
      tell(e.message, 'failed');
    }
  } finally {
    if (running === mine) {
      running = null;
      byId('find-stop').hidden = true;
    }
  }
}

function showFound(found, isQuiet) {
  const host = byId('found');
  showsBuilds = byId('find-builds').checked;
  host.hidden = found.entries.length === 0;
  host.replaceChildren(element('table', null,
    element('thead', null, element('tr', null,
      ...columns().map(name => element('th', { scope: 'col', class: name === 'age' || name === 'left' || name === 'size' ? 'n' : '' }, name)), element('td', null))),
    element('tbody', null, ...found.entries.map(row))));
  if (isQuiet) return;
  const invalidated = found.invalidatedNotShown > 0
    ? [` ${count(found.invalidatedNotShown)} more ${found.invalidatedNotShown === 1 ? 'is' : 'are'} invalidated. `, element('button', { type: 'button', class: 'plain', click: () => { byId('find-status').value = ''; find(); } }, 'Show all')]
    : [];
  const entries = plural(found.entries.length, 'entry', 'entries');
  tell(found.endedBy === 'limit' ? `The first ${entries}; there may be more.`
    : `${entries} of ${count(found.keysLookedAt)} looked at${found.endedBy === 'time' ? '; there are more keys, but the time for one search (SearchTime) is over.' : '.'}`, '', ...invalidated);
}

function row(entry) {
  const name = (entry.isKeyHashed ? '(hash) ' : '') + shown(entry.key);
  const cell = (label, attributes, ...children) => element('td', { 'data-label': label, ...attributes }, ...children);
  const open = element('button', { type: 'button', class: 'plain key', 'aria-expanded': 'false', click: () => toggle(entry, line, open) }, element('bdi', null, name));
  const line = element('tr', { class: 'entry' },
    cell('region', null, shown(entry.region)),
    showsBuilds ? cell('build', { class: 'build', title: shown(entry.buildNamespace ?? '') }, shown(entry.buildNamespace ?? '-')) : null,
    cell('key', { class: 'key' }, open),
    cell('status', { class: 'worth' }, element('span', null, element('span', { class: 'status ' + entry.status }, entry.status), entry.why ? element('span', { class: 'why' }, shown(entry.why)) : null)),
    cell('age', { class: 'n' }, duration(entry.ageSeconds)),
    cell('left', { class: 'n' }, entry.timeToLiveSeconds === null ? 'no expiration' : duration(entry.timeToLiveSeconds)),
    cell('size', { class: 'n' }, bytes(entry.storedBytes)),
    cell('tags', { class: 'wide' }, element('div', { class: 'tags' }, ...entry.tags.map(tagButton))),
    cell('', { class: 'nowrap' }, isReadOnly ? null : element('button', { type: 'button', class: 'small remove', 'aria-label': `Remove ${name}`, click: () => remove(entry, name) }, 'Remove')));
  return line;
}

async function toggle(entry, line, button) {
  if (button.getAttribute('aria-expanded') === 'true') {
    button.setAttribute('aria-expanded', 'false');
    line.classList.remove('open');
    line.nextSibling.remove();
    return;
  }

  button.setAttribute('aria-expanded', 'true');
  line.classList.add('open');
  const place = element('td', { colspan: columns().length + 1 }, detail(entry));
  line.after(element('tr', { class: 'detail' }, place));
  if (settings.payloads !== 'true' || entry.isKeyHashed) return;
  try {
    const looked = await ask('/inspect', { region: entry.region, key: entry.key, buildNamespace: entry.buildNamespace });
    place.replaceChildren(detail(looked), element('pre', { tabindex: '0', 'aria-label': 'payload' }, looked.payloadText === null ? 'The payload changed while it was read.' : shown(looked.payloadText).replaceAll('\\x0a', '\n')));
  } catch (e) {
    place.append(element('p', { class: 'status invalidated' }, e.message));
  }
}

function detail(entry) {
  const packed = entry.compression === 'none' ? '' : `, ${entry.compression}`;
  return pairs([
    ['build', shown(entry.buildNamespace ?? 'shared by all builds')],
    ['written', `${time(entry.createdAt)} (${duration(entry.ageSeconds)} ago)`],
    ['fresh until', entry.freshUntil ? time(entry.freshUntil) : 'its end'],
    ...(entry.staleUntil ? [['stale until', `${time(entry.staleUntil)}; then only where nothing newer can be had`]] : []),
    ...(entry.slidingExpirationSeconds !== null ? [['slides', `ends ${duration(entry.slidingExpirationSeconds)} after the last read`]] : []),
    ['ends in', entry.timeToLiveSeconds === null ? 'never' : duration(entry.timeToLiveSeconds)],
    ['size', `${bytes(entry.storedBytes)} stored, ${bytes(entry.payloadBytes)} of them payload${packed}`],
    ['partition', String(entry.partition)],
    ...(entry.isNull ? [['value', 'null']] : []),
  ], 'lines');
}

function confirmed(title, text, yes) {
  const dialog = byId('confirm');
  byId('confirm-title').textContent = title;
  byId('confirm-text').textContent = text;
  byId('confirm-yes').textContent = yes;
  dialog.returnValue = '';
  dialog.showModal();
  byId('confirm-no').focus();
  return new Promise(resolve => dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true }));
}

// Says what came of it, and shows what is there now, while the line about it stays.
async function act(path, body, done) {
  const mine = ++newestAct;
  tell('Asking Redis ...');
  try {
    const reply = await ask(path, body);
    tell(done(reply), 'done');
  } catch (e) {
    tell(e.message, 'failed');
  }
  poll();
  if (lastSearch && mine === newestAct) await find(true);
}

async function invalidate(verb, past, what) {
  const tag = typed(byId('find-text').value);
  if (tag === '') {
    tell('Which tag?', 'failed');
    return byId('find-text').focus();
  }
  if (await confirmed(`${verb} ${shown(tag)}?`, what, verb)) {
    lastSearch ??= { kind: 'tag', text: tag };
    await act('/' + verb.toLowerCase(), { tags: [tag] }, reply => `${past}: ${reply.tags.map(shown).join(', ')}.`);
  }
}

async function remove(entry, name) {
  if (await confirmed('Remove this entry?', `${name} (${shown(entry.region)} of ${shown(entry.buildNamespace ?? 'all builds')}). It is computed again when it is next asked for.`, 'Remove')) {
    await act('/remove', { region: entry.region, buildNamespace: entry.buildNamespace, key: entry.key, isKeyHashed: entry.isKeyHashed, partition: entry.partition },
      reply => reply.removed > 0 ? `Removed: ${name}.` : `${name} was gone already.`);
  }
}

function searchByTag(tag) {
  byId('find-kind').value = 'tag';
  byId('find-text').value = editable(tag);
  kindChanged();
  byId('search').scrollIntoView({ block: 'nearest' });
  find();
}

function kindChanged() {
  const isTag = byId('find-kind').value === 'tag';
  byId('find-label').textContent = isTag ? 'Tag' : 'Key';
  byId('find-text').placeholder = isTag ? 'article:42' : 'GET\\x1eHTTP';
  byId('find-actions').hidden = !isTag;
}

if (!isReadOnly) {
  byId('find-actions').append(
    element('button', { type: 'button', id: 'evict', click: () => invalidate('Evict', 'Evicted', 'Every entry that carries the tag ends at once, on every region, in every build, on all instances. What is asked for next is computed again.') }, 'Evict tag'),
    element('button', { type: 'button', id: 'expire', click: () => invalidate('Expire', 'Expired', 'Every entry that carries the tag becomes stale: it is still served while one instance computes it again.') }, 'Expire tag'));
}
byId('confirm-yes').addEventListener('click', () => byId('confirm').close('yes'));
byId('confirm-no').addEventListener('click', () => byId('confirm').close(''));
byId('find-kind').addEventListener('change', kindChanged);
byId('find').addEventListener('submit', e => { e.preventDefault(); find(); });
byId('find-stop').addEventListener('click', () => running?.abort());
