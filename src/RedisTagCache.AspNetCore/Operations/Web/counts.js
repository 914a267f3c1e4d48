'use strict';
// What the instance has counted, and the servers. Drawn again only when something has changed, so that what is read or selected stays.
const drawn = new Map();
function redraw(id, value, ...made) {
  const text = JSON.stringify(value);
  if (drawn.get(id) === text) return;
  drawn.set(id, text);
  byId(id).replaceChildren(...made.map(make => make()));
}

const served = row => row.hits + row.localHits + row.stale + row.localStale;
const lookups = row => served(row) + row.misses;
const outcomeRows = [
  ['lookups'], ['hit', row => row.hits], ['hit in memory', row => row.localHits], ['stale', row => row.stale], ['stale in memory', row => row.localStale], ['fail-safe', row => row.failSafe],
  ['miss: absent', row => row.missesAbsent], ['miss: evicted', row => row.missesEvicted], ['miss: damaged', row => row.missesDamaged], ['miss: unavailable', row => row.missesUnavailable],
  ['served', row => lookups(row) === 0 ? '-' : percent(served(row) / lookups(row)), 'sum'],
  ['writes'], ['stored', row => row.stored], ['rejected', row => row.rejected], ['skipped', row => row.skipped],
  ['removals'], ['removed', row => row.removed], ['not confirmed', row => row.removalsFailed],
];
function number(value) {
  return element('td', { class: value === 0 ? 'n zero' : 'n' }, typeof value === 'number' ? count(value) : value);
}
function showOutcomes(counts) {
  byId('outcomes-since').textContent = `since ${time(counts.startedAt)}`;
  redraw('outcomes', counts.regions, () => counts.regions.length === 0
    ? element('p', { class: 'none' }, 'Nothing has been looked up or written yet.')
    : element('table', null,
      element('thead', null, element('tr', null, element('th', { scope: 'col' }, 'outcome'), ...counts.regions.map(row => element('th', { class: 'n', scope: 'col' }, row.region)))),
      element('tbody', null, ...outcomeRows.map(([name, of, kind]) => of
        ? element('tr', { class: kind }, element('th', { scope: 'row' }, name), ...counts.regions.map(row => number(of(row))))
        : element('tr', { class: 'part' }, element('th', { scope: 'rowgroup', colspan: counts.regions.length + 1 }, name))))));
}

function showCounts(stats) {
  const { values, evictions, backplane, localEntries, localBytes, tagInvalidations } = stats.counts;
  byId('instance').textContent = stats.instance;
  const runs = values.factoriesDone + values.factoriesFailed + values.factoriesCanceled;
  const part = (name, rows) => [element('section', null, element('h3', null, name), pairs(rows.map(([key, value]) => [key, typeof value === 'number' ? count(value) : value]), 'pairs'))];
  redraw('counts', [values, evictions, backplane, localEntries, localBytes, tagInvalidations], () => element('div', { class: 'groups' },
    ...part('Values', [
      ['factories run', runs], ['failed', values.factoriesFailed], ['mean time', runs === 0 ? '-' : duration(values.factoryTime / runs)],
      ['followed another instance', values.followers], ['coalesced with another caller', values.coalesced], ['took over from another instance', values.tookOver], ['without a lease', values.uncoordinated],
      ['refreshed', values.refreshesDone], ['refreshes failed', values.refreshesFailed], ['not kept', values.notKept],
    ]),
    ...part('In memory', [['copies', localEntries], ['size', bytes(localBytes)], ['evicted tags remembered', tagInvalidations]]),
    ...part('Evictions by this instance', [
      ['tags evicted', evictions.evicted], ['tags expired', evictions.expired], ['not confirmed at once', evictions.evictionsFailed + evictions.expiriesFailed],
      ['retried', evictions.retried], ['recovered', evictions.recovered],
    ]),
    ...part('From the others', [
      ['messages', backplane.messages], ['gaps', backplane.gaps], ['catch-ups', backplane.catchUps], ['full syncs', backplane.fullSyncs], ['syncs failed', backplane.syncsFailed],
    ])));
}

function tagButton(tag) {
  return element('button', { type: 'button', class: 'tag', title: 'Search by this tag', click: () => searchByTag(tag) }, shown(tag));
}
function showEvictions(counts) {
  const now = Date.parse(counts.takenAt);
  redraw('evictions', counts.recentEvictions.map(row => [row, ago((now - Date.parse(row.at)) / 1000)]), ...(counts.recentEvictions.length === 0
    ? [() => element('li', { class: 'none' }, 'None yet.')]
    : counts.recentEvictions.map(row => () => element('li', null,
      element('time', { class: 'when', datetime: row.at, title: time(row.at) }, ago((now - Date.parse(row.at)) / 1000)),
      element('div', null,
        element('div', { class: 'tags' }, ...row.tags.map(tagButton), row.tagCount > row.tags.length ? element('span', { class: 'none' }, `and ${count(row.tagCount - row.tags.length)} more`) : null),
        element('div', { class: 'how' }, element('b', null, row.isExpiry ? 'expired' : 'evicted'), row.isOwn ? ' here' : ' elsewhere', row.isConfirmed ? null : element('em', null, ', not confirmed yet: it is repeated')))))));
}

function showOutbox(outbox) {
  redraw('outbox-rows', [outbox, ago(outbox.oldestAgeSeconds)],
    () => pairs([
      ['pending', count(outbox.pending)],
      ['age of the oldest', outbox.pending === 0 ? '-' : element('span', { class: outbox.isLate ? 'status invalidated' : null }, ago(outbox.oldestAgeSeconds))],
      ['set aside', outbox.setAside === 0 ? '0' : element('span', { class: 'status invalidated' }, `${count(outbox.setAside)}, because a tag was rejected`)],
    ], 'lines'));
}

function persistence(server) {
  if (server.hasAppendOnlyFile) return 'AOF';
  return server.snapshots ? 'snapshots' : server.snapshots === '' ? 'none' : '-';
}
function showServers(described) {
  const { servers, partitions } = described;
  const columns = ['server', 'role', 'version', 'keys', 'memory', 'policy', 'dropped', 'persistence', 'up for'];
  const isNumber = name => name === 'keys' || name === 'dropped';
  const known = value => value === null || value === undefined ? '-' : count(value);
  const without = partitions.filter(partition => partition.epoch === null).length;
  const invalidations = partitions.reduce((sum, partition) => sum + partition.tagInvalidations, 0);
  const floor = Math.max(...partitions.map(partition => partition.floorAge ?? -1));
  redraw('servers', described,
    () => element('table', null,
      element('thead', null, element('tr', null, ...columns.map(name => element('th', { scope: 'col', class: isNumber(name) ? 'n' : '' }, name)))),
      element('tbody', null, ...servers.map(server => element('tr', null,
        element('td', { class: 'mono nowrap' }, server.endPoint),
        element('td', { class: server.isAnswering ? '' : 'status invalidated' }, !server.isAnswering ? 'unavailable' : server.isReplica ? 'replica' : 'primary'),
        element('td', { class: 'nowrap' }, shown(`${server.engine ?? ''} ${server.version ?? ''}`.trim() || '-')),
        element('td', { class: 'n' }, known(server.keys)),
        element('td', { class: 'nowrap' }, `${bytes(server.usedMemory)} of ${server.maxMemory === 0 ? 'no limit' : bytes(server.maxMemory)}`),
        element('td', { class: 'nowrap' }, shown(server.memoryPolicy ?? '-')),
        element('td', { class: 'n' }, known(server.droppedForMemory)),
        element('td', null, persistence(server)),
        element('td', { class: 'nowrap' }, duration(server.uptime)))))),
    () => element('h3', null, plural(partitions.length, 'partition', 'partitions')),
    () => pairs([
      ['prefix', described.keyPrefix], ['topology', described.topology], ['round trip', duration(described.roundTrip)],
      ['tags remembered', `${count(invalidations)} evicted or expired${without === 0 ? '' : `; ${plural(without, 'partition has', 'partitions have')} no history`}`],
      ['floor', floor < 0 ? '-' : `${duration(floor)} old`],
      ['epoch', partitions.length === 1 ? String(partitions[0].epoch ?? '-') : `${partitions.length - without} of ${partitions.length} have one`],
    ], 'lines'));
}
