'use strict';
// Asks once a second for the counts, which costs no Redis; every five seconds for a round trip, and for the rows of an outbox, which its database counts; every half minute for the servers. A page nobody sees asks nothing.
const latest = new Map();
const window10 = [];
let isPaused = false;
let ticks = 0;

function sums(counts) {
  const add = of => counts.regions.reduce((sum, row) => sum + of(row), 0);
  return { at: Date.parse(counts.takenAt), hit: add(row => row.hits), local: add(row => row.localHits), stale: add(row => row.stale + row.localStale), miss: add(row => row.misses) };
}

// Behind a load balancer another instance may answer each time. Each is compared with itself.
function showRates(stats) {
  const now = sums(stats.counts), id = stats.instance + stats.counts.startedAt, before = latest.get(id);
  latest.set(id, now);
  if (!before || now.at <= before.at) return;
  const seconds = (now.at - before.at) / 1000;
  const part = name => (now[name] - before[name]) / seconds;
  const values = [part('hit'), part('local'), part('stale'), part('miss')];
  window10.push(values);
  if (window10.length > 10) window10.shift();
  const total = window10.flat().reduce((sum, value) => sum + value, 0);
  const misses = window10.reduce((sum, row) => sum + row[3], 0);
  charts.rate.add(values);
  charts.ratio.add([total === 0 ? null : 1 - misses / total]);
  charts.latency.add([stats.medianSeconds, stats.p99Seconds]);
}

function trouble(text) {
  byId('trouble').hidden = !text;
  if (byId('trouble').textContent !== text) byId('trouble').textContent = text;
}

function showState(kind, text) {
  byId('state').className = 'state ' + kind;
  if (byId('state-text').textContent !== text) byId('state-text').textContent = text;
}

function showStatus(status) {
  if (!status.isEnabled) showState('warn', 'The cache is disabled');
  else if (!status.isAnswering || status.isCircuitOpen) showState('bad', status.isAnswering ? 'Some Redis servers are not responding' : 'Redis is not responding');
  else if (status.untrustedPartitions > 0) showState('warn', 'Redis responds, evictions are being compared');
  else if (status.silentPartitions > 0) showState('warn', 'Redis responds, but messages do not arrive: evictions by other instances take up to two seconds');
  else showState('good', 'Redis answers');
  trouble(status.isAnswering || !status.isEnabled ? '' : `Redis is not responding${status.lastFailure ? ` (${status.lastFailure}, ${time(status.lastFailureAt)})` : ''}. Lookups miss or are answered from memory, and evictions are retried until Redis responds. The counts below continue.`);
  const fact = ([name, value]) => element('div', null, element('dt', null, name), element('dd', null, value));
  redraw('facts', [status, Math.floor(ticks / 5)], ...[
    ['round trip', duration(status.roundTrip)],
    ['server', [status.serverKind, status.serverVersion].filter(x => x).join(' ') || '-'],
    ['partitions', status.partitions ?? '-'],
    ['build', `${status.buildNamespace} (${status.buildNamespaceSource})`],
    ...(isReadOnly ? [['mode', 'read-only']] : []),
  ].map(row => () => fact(row)));
}

async function poll() {
  try {
    const stats = await ask('/stats');
    showRates(stats);
    showOutcomes(stats.counts);
    showEvictions(stats.counts);
    showCounts(stats);
    if (latest.size > 1) byId('instance').textContent += `; ${latest.size} instances answer in turn`;
    const regions = byId('find-region');
    for (const row of stats.counts.regions)
      if (![...regions.options].some(option => option.text === row.region)) regions.append(element('option', null, row.region));
    return true;
  } catch (e) {
    showState('bad', 'The application does not respond');
    trouble(e instanceof Refused ? e.message : 'The application does not respond. This page retries automatically.');
    return false;
  }
}

let wasAnswering = true;
async function pollStatus() {
  try {
    const status = await ask('/status');
    showStatus(status);
    if (status.isAnswering !== wasAnswering) pollServers();
    wasAnswering = status.isAnswering;
  } catch {
    // the poll of the counts says so
  }
}

async function pollServers() {
  try {
    showServers(await ask('/servers'));
  } catch (e) {
    drawn.delete('servers');
    byId('servers').replaceChildren(element('p', { class: 'none' }, e instanceof Refused ? e.message : 'The application does not respond.'));
  }
}

async function pollOutbox() {
  if (byId('outbox').hidden) return;
  try {
    showOutbox(await ask('/outbox'));
  } catch (e) {
    drawn.delete('outbox-rows');
    byId('outbox-rows').replaceChildren(element('p', { class: 'status invalidated' }, e instanceof Refused ? e.message : 'The application does not respond.'));
  }
}

async function tick() {
  if (!isPaused && !document.hidden) {
    const isThere = await poll();
    if (isThere && ticks % 5 === 0) pollStatus();
    if (isThere && ticks % 5 === 0) pollOutbox();
    if (isThere && ticks % 30 === 0) pollServers();
    ticks = isThere ? ticks + 1 : 0;
  }
  setTimeout(tick, 1000);
}

byId('pause').addEventListener('click', () => {
  isPaused = !isPaused;
  byId('pause').setAttribute('aria-pressed', String(isPaused));
  byId('pause').textContent = isPaused ? 'Go on' : 'Pause';
});
byId('cache').addEventListener('change', () => { location.search = '?cache=' + encodeURIComponent(byId('cache').value); });
kindChanged();
tick();
