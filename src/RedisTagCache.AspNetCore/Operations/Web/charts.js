'use strict';
// Three charts of the last five minutes, a point a second. A point is null where there is nothing to show.
const points = 300;
const svgName = 'http://www.w3.org/2000/svg';
function svg(name, attributes) {
  const made = document.createElementNS(svgName, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

class Chart {
  constructor(host, options) {
    this.options = options;
    this.data = [];
    this.at = null;
    this.now = element('span', { class: 'now' }, '-');
    host.append(element('figcaption', null, element('span', { class: 'name' }, options.name), this.now));
    this.image = svg('svg', { viewBox: `0 0 ${points - 1} 100`, preserveAspectRatio: 'none', role: 'img', 'aria-label': options.name });
    for (const y of [0, 50, 100]) this.image.append(svg('line', { x1: 0, x2: points - 1, y1: y, y2: y, class: 'grid' }));
    this.shapes = options.series.map(series => {
      const shape = svg('path', { class: `${options.stacked ? 'stack' : 'line'} s-${series.color}`, d: '' });
      const under = series.filled ? svg('path', { class: `under s-${series.color}`, d: '' }) : null;
      if (under) this.image.append(under);
      this.image.append(shape);
      return { shape, under };
    });
    this.cursor = svg('line', { y1: 0, y2: 100, class: 'cursor', visibility: 'hidden' });
    this.image.append(this.cursor);
    this.marks = ['y0', 'y1', 'y2'].map(y => element('span', { class: 'y ' + y, 'aria-hidden': 'true' }));
    host.append(element('div', { class: 'plot' }, ...this.marks, this.image));
    this.axis = element('span', null, 'now');
    host.append(element('div', { class: 'axis', 'aria-hidden': 'true' }, element('span', null, '5 min ago'), this.axis));
    this.values = options.series.map(() => element('b', null, ''));
    host.append(element('div', { class: 'legend' }, ...options.series.map((series, i) => {
      const entry = element('span', { class: options.stacked ? 'area' : '' }, element('i', { class: 's-' + series.color }), series.name + ' ', this.values[i]);
      return entry;
    })));
    this.image.addEventListener('pointermove', e => {
      const box = this.image.getBoundingClientRect();
      this.at = Math.round((e.clientX - box.left) / box.width * (points - 1));
      this.draw();
    });
    this.image.addEventListener('pointerleave', () => { this.at = null; this.draw(); });
  }

  add(values) {
    this.data.push(values);
    if (this.data.length > points) this.data.shift();
    this.draw();
  }

  draw() {
    const { options, data } = this;
    const offset = points - data.length;
    const total = values => options.stacked ? values.reduce((sum, value) => sum + value, 0) : Math.max(...values.map(value => value ?? 0));
    const floor = options.floor;
    const peak = Math.max(floor ?? 0, ...data.filter(values => values).map(total));
    const top = options.top ?? (floor ? (peak <= floor * 100 ? floor * 100 : floor * 1e4) : nice(Math.max(options.least, peak)));
    const height = value => floor ? Math.log(Math.max(value, floor) / floor) / Math.log(top / floor) : value / top;
    this.marks.forEach((mark, i) => { mark.textContent = options.format(floor ? floor * (top / floor) ** (i / 2) : top * i / 2, true); });

    this.shapes.forEach(({ shape, under }, s) => {
      let line = '', area = '', run = [];
      const close = () => {
        if (run.length === 0) return;
        if (run.length === 1) run.push({ ...run[0], x: run[0].x + 0.01 }); // a line needs two
        const upper = run.map(p => `${p.x} ${p.high}`).join('L'), lower = run.toReversed().map(p => `${p.x} ${p.low}`).join('L');
        line += `M${upper}`;
        area += `M${upper}L${lower}Z`;
        run = [];
      };
      data.forEach((values, i) => {
        if (!values || values[s] === null || values[s] === undefined) return close();
        const below = options.stacked ? values.slice(0, s).reduce((sum, value) => sum + value, 0) : 0;
        const y = value => Math.round((100 - Math.min(1, height(value)) * 100) * 100) / 100;
        run.push({ x: i + offset, high: y(below + values[s]), low: y(below) });
      });
      close();
      shape.setAttribute('d', options.stacked ? area : line);
      under?.setAttribute('d', area);
    });

    const at = this.at === null ? data.length - 1 : this.at - offset;
    const values = data[at];
    this.cursor.setAttribute('visibility', this.at === null ? 'hidden' : 'visible');
    if (this.at !== null) this.cursor.setAttribute('x1', this.at), this.cursor.setAttribute('x2', this.at);
    this.axis.textContent = this.at === null ? 'now' : `${data.length - 1 - at} s ago`;
    this.values.forEach((value, i) => { value.textContent = values && values[i] !== null && values[i] !== undefined ? options.format(values[i]) : '-'; });
    this.now.textContent = values ? options.headline(values) : '-';
    this.image.setAttribute('aria-label', `${options.name}: ${this.now.textContent}`);
  }
}

// 1, 2 or 5 and zeros: a scale that can be halved and read.
function nice(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map(step => step * power).find(step => step >= value * 0.999);
}

const charts = {
  ratio: new Chart(byId('chart-ratio'), {
    name: 'Served from the cache', top: 1, format: (value, isMark) => isMark ? value * 100 + ' %' : percent(value), headline: values => values[0] === null ? 'no lookups' : percent(values[0]),
    series: [{ name: 'of lookups, over 10 s', color: 'hit', filled: true }],
  }),
  rate: new Chart(byId('chart-rate'), {
    name: 'Lookups per second', least: 1, stacked: true, format: rate, headline: values => rate(values.reduce((sum, value) => sum + value, 0)),
    series: [{ name: 'hit', color: 'hit' }, { name: 'hit in memory', color: 'local' }, { name: 'stale', color: 'stale' }, { name: 'miss', color: 'miss' }],
  }),
  latency: new Chart(byId('chart-latency'), {
    name: 'Time of an operation on Redis', floor: 0.0001, format: duration, headline: values => values[0] === null ? 'none' : duration(values[0]),
    series: [{ name: 'median', color: 'hit' }, { name: '99 of 100 within', color: 'stale' }],
  }),
};
