'use strict';
// Shows runs in an element. Where they are shown again and again while they go on (live), that says which function was chosen;
// what this returns gives it back, and ends the charts.
globalThis.spelunkReport = (runs, page, live) => {
  const styles = getComputedStyle(document.documentElement);
  const colour = name => styles.getPropertyValue(name).trim();
  const number = new Intl.NumberFormat('en');
  const count = n => number.format(n);
  const percent = (part, whole) => whole ? (100 * part / whole).toFixed(2) + ' %' : '–';
  const mean = (sum, n) => n ? (sum / n).toFixed(1) : '–';
  const charts = [];
  const ends = [];
  const dark = matchMedia('(prefers-color-scheme: dark)');
  let chosen = null;

  // --- small things that make elements: text is always text, whatever a guest calls its functions -------------
  function element(name, attributes, ...children) {
    const e = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (key.startsWith('on')) e.addEventListener(key.slice(2), value);
      else if (key === 'style') Object.assign(e.style, value);
      else e.setAttribute(key, value);
    }
    e.append(...children.filter(c => c !== null && c !== undefined).map(c => c instanceof Node ? c : String(c)));
    return e;
  }
  function section(id, title, ...children) {
    const s = element('section', { id }, element('h2', {}, title), ...children);
    page.append(s);
    return s;
  }
  function chart(option, high) {
    const place = element('div', { class: high ? 'chart high' : 'chart', role: 'img', 'aria-label': option.title || 'chart' });
    delete option.title;
    charts.push(() => {
      // Its own tips are made of styles in attributes, which a strict policy does not let in.
      if (live && option.tooltip) option.tooltip.renderMode = 'richText';
      const text = { textStyle: { color: colour('--text') } };
      const made = echarts.init(place, dark.matches ? 'dark' : null, { renderer: 'canvas' });
      made.setOption(Object.assign({ backgroundColor: 'transparent', animation: false }, text, option,
        option.legend ? { legend: Object.assign({}, option.legend, text) } : {}, option.visualMap ? { visualMap: Object.assign({}, option.visualMap, text) } : {}));
      const resize = () => made.resize();
      addEventListener('resize', resize);
      ends.push(() => { removeEventListener('resize', resize); made.dispose(); });
      if (option.onPoint) made.on('click', option.onPoint);
      place.dataset.drawn = 'true';
    });
    return place;
  }
  // Columns: title; value, by which rows are sorted; text, if it is shown otherwise; name, for text on the left; share, from
  // 0 to 1, as a bar; heat, from 0 to 1, as a colour; optional, if it is left out where it is 0 everywhere.
  function table(all, rows, options) {
    const columns = all.filter(c => !c.optional || rows.some(row => c.value(row)));
    const body = element('tbody');
    let sorted = options && options.sorted !== undefined ? options.sorted : null;
    let down = true;
    function fill() {
      const list = sorted === null ? rows : [...rows].sort((a, b) => {
        const x = columns[sorted].value(a), y = columns[sorted].value(b);
        return (x < y ? -1 : x > y ? 1 : 0) * (down ? -1 : 1);
      });
      body.replaceChildren(...list.map(row => {
        const attributes = options && options.choose
          ? { tabindex: '0', onclick: () => options.choose(row), onkeydown: e => { if (e.key === 'Enter') options.choose(row); } } : {};
        return element('tr', attributes, ...columns.map(c => {
          const cell = element('td', { class: (c.name ? 'name ' : '') + (c.code ? 'code ' : '') + (c.share ? 'share' : '') },
            c.text ? c.text(row) : c.value(row));
          if (c.share) cell.style.backgroundSize = (100 * Math.min(1, c.share(row) || 0)).toFixed(1) + '% 100%';
          if (c.heat) { const h = c.heat(row); if (h > 0) cell.style.backgroundColor = `rgba(${colour('--hot')}, ${(0.12 + 0.6 * h).toFixed(2)})`; }
          return cell;
        }));
      }));
    }
    const head = element('tr', {}, ...columns.map((c, i) => element('th', { class: c.name ? 'name' : '', scope: 'col' },
      element('button', { onclick: () => { down = sorted === i ? !down : !c.name; sorted = i; fill(); } }, c.title))));
    fill();
    return element('div', { class: 'scroll' + (options && options.tall ? ' tall' : '') },
      element('table', {}, element('thead', {}, head), body));
  }
  const hex = address => '0x' + BigInt.asUintN(64, BigInt(address)).toString(16);
  const label = f => 'EL' + f.el + '  ' + f.name;

  // --- the head ------------------------------------------------------------------------------------------------
  page.replaceChildren();
  if (!live) {
    document.title = 'Spelunk: ' + runs.map(r => r.name).join(', ');
    page.append(element('h1', {}, runs.length > 1 ? 'Runs compared' : 'Profile of ' + runs[0].name));
  }
  page.append(element('nav', { 'aria-label': 'sections' }));

  function facts(run) {
    const s = run.summary, p = run.profile;
    const fact = (name, value) => element('div', {}, element('b', {}, value), element('span', { class: 'quiet' }, name));
    return element('div', { class: 'facts' },
      fact('sample records', count(p.records)),
      s.instructions !== undefined ? fact('instructions', count(s.instructions)) : null,
      s.cycles !== undefined ? fact('cycles of virtual time', count(s.cycles)) : null,
      s.variant ? fact('hardware variant', s.variant) : null,
      s.hypervisor ? fact('hypervisor', s.hypervisor) : null,
      s.ending ? fact('ending', s.ending.toLowerCase().replaceAll('_', ' ')) : null,
      s.complete === false ? fact('incomplete', s.incomplete) : null,
      s.mips ? fact('guest instructions a second', s.mips + ' million') : null);
  }
  for (const run of runs) {
    if (runs.length > 1) page.append(element('h2', {}, run.name));
    page.append(facts(run));
    if (run.summary.withoutRecords) page.append(element('p', {}, 'Without records: ' + run.summary.withoutRecords));
    for (const line of run.summary.diagnosis || []) page.append(element('pre', {}, line));
  }

  // --- two or more runs ----------------------------------------------------------------------------------------
  // The chance that two shares differ that much when the runs do not: the normal approximation of two proportions.
  function chance(a, n, b, m) {
    if (!n || !m) return 1;
    const pooled = (a + b) / (n + m);
    const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m));
    if (!deviation) return 1;
    const z = Math.abs(a / n - b / m) / deviation;
    const t = 1 / (1 + 0.2316419 * z);
    const tail = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI) *
      t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
    return Math.min(1, 2 * tail);
  }
  const chanceText = c => c < 0.0001 ? '< 0.01 %' : (100 * c).toFixed(2) + ' %';
  function compared(id, title, countsOf) {
    const names = new Map();
    runs.forEach((run, i) => countsOf(run).forEach(([name, n]) => {
      if (!names.has(name)) names.set(name, { name, counts: runs.map(() => 0) });
      names.get(name).counts[i] += n;
    }));
    const totals = runs.map(run => run.profile.records);
    const rows = [...names.values()];
    rows.forEach(row => {
      row.shares = row.counts.map((n, i) => totals[i] ? n / totals[i] : 0);
      row.differences = row.shares.slice(1).map(s => s - row.shares[0]);
      row.chances = row.counts.slice(1).map((n, i) => chance(row.counts[0], totals[0], n, totals[i + 1]));
      row.most = Math.max(...row.shares);
    });
    const largest = Math.max(1e-9, ...rows.flatMap(row => row.differences.map(Math.abs)));
    const columns = [{ title: 'name', name: true, value: row => row.name }];
    runs.forEach((run, i) => columns.push({ title: run.name, value: row => row.shares[i], text: row => percent(row.counts[i], totals[i]) }));
    runs.slice(1).forEach((run, i) => {
      columns.push({ title: 'difference', value: row => row.differences[i],
        text: row => (row.differences[i] < 0 ? '−' : '+') + Math.abs(100 * row.differences[i]).toFixed(2),
        heat: row => row.chances[i] < 0.01 ? Math.abs(row.differences[i]) / largest : 0 });
      columns.push({ title: 'by chance', value: row => row.chances[i], text: row => chanceText(row.chances[i]) });
    });
    rows.sort((a, b) => b.most - a.most);
    section(id, title,
      element('p', { class: 'quiet' }, 'Shares of all sample records; differences in percentage points against ' + runs[0].name +
        '. "By chance": how likely a difference as large is between runs that do not differ. Marked: below 1 %.'),
      table(columns, rows.slice(0, 300), { tall: true }));
  }
  if (runs.length > 1) {
    compared('functions', 'Functions', run => run.profile.functions.map(f => [label(f), f.sums.samples]));
    compared('operations', 'Operation types', run => run.profile.operations.map(c => [c.name, c.records]));
    compared('events', 'Events', run => run.profile.events.map(c => [c.name, c.records]));
    compared('sources', 'Data sources', run => run.profile.sources.map(c => [c.name, c.records]));
    const causes = new Set(runs.flatMap(run => Object.keys(run.summary.vmExits || {})));
    if (causes.size) {
      section('exits', 'VM exits', table([{ title: 'cause', name: true, value: r => r }].concat(runs.map(run => (
        { title: run.name, value: r => (run.summary.vmExits || {})[r] || 0, text: r => count((run.summary.vmExits || {})[r] || 0) }))), [...causes]));
    }
  } else {
    one(runs[0]);
  }

  // --- one run -------------------------------------------------------------------------------------------------
  function one(run) {
    const p = run.profile, s = run.summary;
    const all = p.records;
    const listing = element('div');

    function show(f) {
      chosen = f;
      const hottest = Math.max(1, ...f.lines.map(l => l.sums.samples));
      listing.replaceChildren(element('h3', {}, label(f)));
      if (!f.lines.length) { listing.append(element('p', {}, 'Its instructions are not listed: too few samples.')); return; }
      listing.append(table([
        { title: 'samples', value: l => l.sums.samples, text: l => l.sums.samples ? count(l.sums.samples) : '', heat: l => l.sums.samples / hottest },
        { title: 'latency', value: l => l.sums.samples ? l.sums.totalLatency / l.sums.samples : 0, text: l => l.sums.samples ? mean(l.sums.totalLatency, l.sums.samples) : '' },
        { title: 'L1 refill', optional: true, value: l => l.sums.refills, text: l => l.sums.refills ? count(l.sums.refills) : '' },
        { title: 'memory', optional: true, value: l => l.sums.memory, text: l => l.sums.memory ? count(l.sums.memory) : '' },
        { title: 'walks', optional: true, value: l => l.sums.walks, text: l => l.sums.walks ? count(l.sums.walks) : '' },
        { title: 'mispredicted', optional: true, value: l => l.sums.mispredicted, text: l => l.sums.mispredicted ? count(l.sums.mispredicted) : '' },
        { title: 'address', value: l => BigInt.asUintN(64, BigInt(l.address)), text: l => hex(l.address), code: true },
        { title: 'instruction', name: true, code: true, value: l => l.text || '' , text: l => l.text || '?' },
        { title: 'source', optional: true, code: true, value: l => l.source || '', text: l => l.source || '' },
      ], f.lines, { tall: true }));
    }

    section('functions', 'Functions',
      element('p', { class: 'quiet' }, 'Choose one to see its instructions. Latencies are means over its samples, in CPU cycles.'),
      table([
        { title: 'samples', value: f => f.sums.samples, text: f => count(f.sums.samples) },
        { title: 'share', value: f => f.sums.samples, text: f => percent(f.sums.samples, all), share: f => f.sums.samples / all },
        { title: 'function', name: true, value: label },
        { title: 'total latency', value: f => f.sums.totalLatency / f.sums.samples, text: f => mean(f.sums.totalLatency, f.sums.samples) },
        { title: 'issue latency', value: f => f.sums.issueLatency / f.sums.samples, text: f => mean(f.sums.issueLatency, f.sums.samples) },
        { title: 'translation', optional: true, value: f => f.sums.translationLatency / f.sums.samples, text: f => mean(f.sums.translationLatency, f.sums.samples) },
        { title: 'L1 refill', optional: true, value: f => f.sums.refills, text: f => count(f.sums.refills) },
        { title: 'memory', optional: true, value: f => f.sums.memory, text: f => count(f.sums.memory) },
        { title: 'walks', optional: true, value: f => f.sums.walks, text: f => count(f.sums.walks) },
        { title: 'mispredicted', optional: true, value: f => f.sums.mispredicted, text: f => count(f.sums.mispredicted) },
      ], p.functions, { tall: true, choose: show }), listing);
    if (p.functions.length) show(p.functions.find(f => live && label(f) === live.chosen) || p.functions[0]);

    flame(p, f => { show(f); listing.scrollIntoView(); });
    timeline(p);
    latencies(p);
    section('kinds', 'What was sampled', element('div', { class: 'columns' },
      bars('Operation types', p.operations, all), bars('Events', p.events, all), bars('Data sources', p.sources, all)));
    heat(p, name => { const f = p.functions.find(g => g.name === name); if (f) { show(f); listing.scrollIntoView(); } });
    if (p.branches.length) {
      const most = Math.max(...p.branches.map(b => b.taken + b.notTaken));
      section('branches', 'Branches', table([
        { title: 'samples', value: b => b.taken + b.notTaken, text: b => count(b.taken + b.notTaken), share: b => (b.taken + b.notTaken) / most },
        { title: 'taken', value: b => b.taken / (b.taken + b.notTaken), text: b => percent(b.taken, b.taken + b.notTaken) },
        { title: 'mispredicted', value: b => b.mispredicted / (b.taken + b.notTaken), text: b => percent(b.mispredicted, b.taken + b.notTaken) },
        { title: 'address', value: b => BigInt.asUintN(64, BigInt(b.address)), text: b => hex(b.address), code: true },
        { title: 'function', name: true, value: b => 'EL' + b.el + '  ' + b.function },
      ], p.branches, { tall: true }));
    }
    const fill = s.bufferFillOverTime;
    if (fill) {
      const counts = Object.entries(s.bufferManagementEvents || {}).filter(([, n]) => n).map(([what, n]) => what + ': ' + count(n)).join(', ');
      const exits = s.vmExitsOverTime, arrived = exits && exits.exits['IRQ: SPE buffer management event'];
      section('buffer', 'Profiling buffer over time', element('p', { class: 'quiet' },
        'The most bytes of records in each stretch, since the pointer was last set; 0: nothing was recorded. Buffer management events: ' + (counts || 'none') + '.'), chart({
        title: 'Profiling buffer over time', tooltip: { trigger: 'axis' }, legend: { type: 'scroll' }, grid: { left: 70, right: 20, bottom: 50 },
        xAxis: stretches(fill.bytes[0].length, fill.cycles), yAxis: { type: 'value', name: 'bytes' },
        series: fill.bytes.map((of, i) => ({ name: 'vCPU ' + i, type: 'line', step: 'middle', symbol: 'none', areaStyle: { opacity: .2 }, data: of })),
      }), arrived ? element('p', { class: 'quiet' }, 'Buffer management events that the host has taken, and the guest\'s operations while they were on their way to it: a blackout.') : null,
      arrived ? chart({
        title: 'Buffer management events and blackouts over time', tooltip: { trigger: 'axis' }, legend: { type: 'scroll' }, grid: { left: 70, right: 70, bottom: 50 },
        xAxis: stretches(arrived.length, exits.cycles), yAxis: [{ type: 'value', name: 'events', minInterval: 1 }, { type: 'value', name: 'operations', splitLine: { show: false } }],
        series: [{ name: 'events', type: 'bar', data: arrived }, { name: 'operations not profiled', type: 'line', step: 'middle', symbol: 'none', yAxisIndex: 1, data: exits.unprofiled || [] }],
      }) : null);
    }
    const history = s.vmExitsOverTime;
    if (history && Object.keys(history.exits).length) {
      const reasons = Object.keys(history.exits);
      section('exits', 'VM exits over time', chart({
        title: 'VM exits over time', tooltip: { trigger: 'axis' }, legend: { type: 'scroll' }, grid: { left: 70, right: 20, bottom: 50 },
        xAxis: stretches(history.exits[reasons[0]].length, history.cycles),
        yAxis: { type: 'value', name: 'exits' },
        series: reasons.map(r => ({ name: r, type: 'bar', stack: 'all', barCategoryGap: 0, data: history.exits[r] })),
      }));
    }
    const groups = [['VM exits', s.vmExits], ['Trapped registers', s.trappedRegisters], ['Buffer management events', s.bufferManagementEvents],
      ['Hypervisor', s.host], ['Profiling unit', s.sampling]].filter(([, counts]) => counts && Object.values(counts).some(n => n));
    if (groups.length) {
      section('machine', 'What the machine did', element('div', { class: 'columns' }, ...groups.map(([title, counts]) => {
        const rows = Object.entries(counts).filter(([, n]) => n).sort((a, b) => b[1] - a[1]);
        return element('div', {}, element('h3', {}, title),
          table([{ title: 'count', value: r => r[1], text: r => count(r[1]) }, { title: 'what', name: true, value: r => r[0] }], rows));
      })));
    }
    const swaps = s.swaps && (s.swaps.list.length + s.swaps.refused.length);
    if (swaps) {
      section('swaps', 'Parts that were swapped', element('pre', {},
        s.swaps.list.concat(s.swaps.refused.map(r => 'refused: ' + r)).join('\n')));
    }
    const made = section('made', 'How this was made');
    if (s.command) made.append(element('p', {}, 'Made by:'), element('pre', {}, s.command.join(' ')));
    for (const line of s.timing || []) made.append(element('p', {}, line));
    const values = s.variantValues;
    if (values) {
      const list = (title, entries) => entries.length ? element('details', {}, element('summary', {}, title + ' (' + entries.length + ')'),
        element('dl', {}, ...entries.flatMap(([name, text]) => [element('dt', {}, name), text ? element('dd', { class: 'quiet' }, text) : null]))) : null;
      made.append(element('h3', {}, 'The variant ' + s.variant), ...[
        list('Values from public documents', Object.entries(values.sources)), list('Values that are assumptions', Object.entries(values.assumptions)),
        list('Of the real core, not modelled', values.notModelled.map(name => [name]))].filter(l => l));
      if (made.lastChild.localName === 'h3') made.append(element('p', { class: 'quiet' }, 'Its file says nothing of where its values come from.'));
    }
    made.append(element('p', {}, 'Next, in the folder of this page:'), element('pre', {},
      'perf report -i perf.data\nperf script -i perf.data\nspelunk report . --compare ANOTHER-FOLDER'));
  }

  function bars(title, counts, all) {
    if (!counts.length) return element('div', {}, element('h3', {}, title), element('p', { class: 'quiet' }, 'none recorded'));
    return element('div', {}, element('h3', {}, title), table([
      { title: 'records', value: c => c.records, text: c => count(c.records) },
      { title: 'share', value: c => c.records, text: c => percent(c.records, all), share: c => c.records / all },
      { title: 'name', name: true, value: c => c.name },
    ], counts));
  }

  // Functions by who calls them: where sampled calls tell it, a function's samples lie over its callers, shared as its calls are.
  function rooted(functions, callers) {
    const roots = new Map();
    const root = name => { if (!roots.has(name)) roots.set(name, { name, self: 0, called: [] }); return roots.get(name); };
    const here = new Set(functions.map(c => c.function));
    for (const c of functions) {
      let known = callers.get(c.function);
      if (!known) { root(c.function).self += c.samples; continue; }
      if (known.some(k => here.has(k.caller))) known = known.filter(k => here.has(k.caller));
      const calls = known.reduce((n, k) => n + k.samples, 0);
      for (const k of known) root(k.caller).called.push({ name: c.function, samples: c.samples * k.samples / calls });
    }
    for (const r of roots.values()) r.called.sort((a, b) => b.samples - a.samples);
    const whole = r => r.called.reduce((n, c) => n + c.samples, r.self);
    return [...roots.values()].sort((a, b) => whole(b) - whole(a));
  }

  function flame(p, choose) {
    const total = p.contexts.reduce((sum, c) => sum + c.samples, 0);
    if (!total) return;
    const place = element('div', { class: 'flame', style: { height: '8.1rem' } });
    const hue = name => { let h = 0; for (const c of name) h = (h * 31 + c.codePointAt(0)) >>> 0; return `hsl(${20 + h % 40}, 80%, ${68 + h % 12}%)`; };
    function box(level, from, width, text, title, onclick) {
      if (width < 0.0008) return;
      place.append(element('button', { title, onclick, style: { left: 100 * from + '%', width: 100 * width + '%', bottom: 1.6 * level + 'rem', background: hue(text) } }, text));
    }
    box(0, 0, 1, 'all', 'all: ' + count(total) + ' samples', () => {});
    const callers = new Map();
    for (const c of p.calls) {
      if (c.caller === c.callee) continue;
      if (!callers.has(c.callee)) callers.set(c.callee, []);
      callers.get(c.callee).push(c);
    }
    const pick = (name, el) => { const f = p.functions.find(g => g.name === name && g.el === el); if (f) choose(f); };
    const byContext = new Map();
    for (const c of p.contexts) {
      if (!byContext.has(c.name)) byContext.set(c.name, []);
      byContext.get(c.name).push(c);
    }
    let at = 0;
    for (const [name, list] of [...byContext].sort((a, b) => a[0] < b[0] ? -1 : 1)) {
      const sum = list.reduce((n, c) => n + c.samples, 0);
      box(1, at / total, sum / total, name, name + ': ' + count(sum) + ' samples, ' + percent(sum, total), () => {});
      let inner = at;
      for (const el of [0, 1, 2, 3]) {
        const some = list.filter(c => c.el === el);
        const part = some.reduce((n, c) => n + c.samples, 0);
        if (!part) continue;
        box(2, inner / total, part / total, 'EL' + el, 'EL' + el + ': ' + count(part) + ' samples', () => {});
        for (const root of rooted(some, callers)) {
          const at3 = inner, whole = root.self + root.called.reduce((n, c) => n + c.samples, 0);
          box(3, inner / total, whole / total, root.name, root.name + ': ' + count(Math.round(root.self)) + ' samples of its own, '
            + percent(whole, total) + ' with what it calls', () => pick(root.name, el));
          for (const c of root.called) {
            box(4, inner / total, c.samples / total, c.name, c.name + ', called by ' + root.name + ': ' + percent(c.samples, total), () => pick(c.name, el));
            inner += c.samples;
          }
          inner = at3 + whole;
        }
      }
      at += sum;
    }
    section('flame', 'Flame graph', element('p', { class: 'quiet' }, 'From below: context, Exception level, caller where sampled calls tell it, function; as wide as its share of the samples.'),
      element('div', { class: 'scroll' }, place), p.calls.length ? element('div', {}, element('h3', {}, 'Calls'), table([
        { title: 'samples', value: c => c.samples, text: c => count(c.samples) },
        { title: 'caller', name: true, value: c => c.caller }, { title: 'callee', name: true, value: c => c.callee }], p.calls, { tall: true })) : null);
  }

  function stretches(n, cycles) {
    return { type: 'category', name: 'million cycles of virtual time', nameLocation: 'middle', nameGap: 28, data: Array.from({ length: n }, (x, i) => (i * cycles / 1e6).toFixed(2)) };
  }
  function moment(p, i) {
    return p.time.timestamps && p.counterFrequency ? (1e6 * i * p.time.width / p.counterFrequency).toFixed(1) : i * p.time.width;
  }
  function unit(p) {
    return p.time.timestamps && p.counterFrequency ? 'µs' : 'records';
  }
  function used(p) {
    let last = 0;
    p.time.cpus.forEach(cpu => cpu.forEach((n, i) => { if (n) last = Math.max(last, i); }));
    return last + 1;
  }

  function timeline(p) {
    if (!p.records) return;
    const n = used(p);
    section('time', 'Samples over time', chart({
      title: 'Samples over time', tooltip: { trigger: 'axis' }, legend: { type: 'scroll' }, grid: { left: 70, right: 20, bottom: 50 },
      xAxis: { type: 'category', name: unit(p), nameLocation: 'middle', nameGap: 28, data: Array.from({ length: n }, (x, i) => moment(p, i)) },
      yAxis: { type: 'value', name: 'records' },
      series: p.time.cpus.map((cpu, i) => ({ name: 'CPU ' + i, type: 'line', step: 'middle', symbol: 'none', areaStyle: { opacity: .2 }, data: cpu.slice(0, n) })),
    }));
  }

  function latencies(p) {
    if (!p.latencies.length) return;
    const kinds = [...new Set(p.latencies.map(l => l.counter))];
    section('latencies', 'Latencies', element('div', { class: 'columns' }, ...kinds.map(kind => {
      const of = p.latencies.filter(l => l.counter === kind);
      const n = Math.max(...of.map(l => l.buckets.length));
      const names = Array.from({ length: n }, (x, i) => i === 0 ? '0' : i === 1 ? '1' : (1 << i - 1) + '–' + ((1 << i) - 1));
      return element('div', {}, element('h3', {}, kind[0].toUpperCase() + kind.slice(1) + ' latency'), chart({
        title: kind + ' latency', tooltip: { trigger: 'axis' }, legend: { type: 'scroll' }, grid: { left: 70, right: 20, bottom: 60 },
        xAxis: { type: 'category', name: 'CPU cycles', nameLocation: 'middle', nameGap: 40, data: names, axisLabel: { rotate: 30 } },
        yAxis: { type: 'value', name: 'records' },
        series: of.map(l => ({ name: l.level, type: 'bar', stack: 'all', data: l.buckets })),
      }));
    })));
  }

  function heat(p, choose) {
    if (!p.pages.length) return;
    const n = used(p);
    const cells = [];
    let most = 1;
    p.pages.forEach((g, y) => g.accesses.forEach((a, x) => { if (a) { cells.push([x, y, a]); most = Math.max(most, a); } }));
    section('addresses', 'Addresses over time', element('p', { class: 'quiet' }, 'Data accesses by virtual page; click one for the function that accesses it most.'), chart({
      title: 'Addresses over time', grid: { left: 150, right: 20, bottom: 90 },
      tooltip: { formatter: c => {
        const g = p.pages[c.data[1]];
        const text = hex(g.address) + ', ' + g.bytes + ' bytes: ' + count(c.data[2]) + ' accesses, mostly by ' + g.function;
        return live ? text : echarts.format.encodeHTML(text);
      } },
      xAxis: { type: 'category', name: unit(p), nameLocation: 'middle', nameGap: 28, data: Array.from({ length: n }, (x, i) => moment(p, i)) },
      yAxis: { type: 'category', data: p.pages.map(g => hex(g.address)), axisLabel: { fontSize: 11, interval: Math.ceil(p.pages.length / 20) } },
      visualMap: { min: 0, max: most, calculable: true, orient: 'horizontal', left: 'center', bottom: 0, inRange: { color: ['#5b8fd6', '#e8c84b', '#d64541'] } },
      series: [{ type: 'heatmap', data: cells, progressive: 4000 }],
      onPoint: c => choose(p.pages[c.data[1]].function),
    }, true));
  }

  const nav = page.querySelector('nav');
  for (const s of page.querySelectorAll('section')) nav.append(element('a', { href: '#' + s.id }, s.querySelector('h2').textContent));
  function forget() {
    ends.forEach(end => end());
    ends.length = 0;
  }
  const draw = () => { forget(); charts.forEach(make => make()); };
  draw();
  dark.addEventListener('change', draw);
  return { chosen: () => chosen && label(chosen), dispose: () => { dark.removeEventListener('change', draw); forget(); } };
};
const saved = document.getElementById('data');
if (saved) {
  spelunkReport(JSON.parse(saved.textContent), document.getElementById('page'));
  document.documentElement.dataset.ready = 'true';
}
