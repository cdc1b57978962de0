'use strict';
// The pages of the console. Text is always text, whatever a guest or a bundle calls its things.
(() => {
  const PAGES = ['machine', 'composition', 'registers', 'profile', 'timeline'];
  const page = document.getElementById('page');
  const name = PAGES.includes(location.pathname.slice(1)) ? location.pathname.slice(1) : 'machine';
  const number = new Intl.NumberFormat('en');
  const count = n => number.format(n);
  const title = text => text[0].toUpperCase() + text.slice(1);
  const params = new URLSearchParams(location.search);
  if (params.has('token')) {
    // The cookie has it now; neither a bookmark nor a screenshot needs it.
    params.delete('token');
    history.replaceState(null, '', location.pathname + (params.size ? '?' + params : ''));
  }

  function element(tag, attributes, ...children) {
    const e = tag.startsWith('svg:') ? document.createElementNS('http://www.w3.org/2000/svg', tag.slice(4)) : document.createElement(tag);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (key.startsWith('on')) e.addEventListener(key.slice(2), value);
      else e.setAttribute(key, value === true ? '' : value);
    }
    e.append(...children.flat().filter(c => c !== null && c !== undefined).map(c => c instanceof Node ? c : String(c)));
    return e;
  }
  const button = (text, act, attributes) => element('button', { type: 'button', class: 'act', onclick: act, ...attributes }, text);
  const fact = (label, value) => element('div', {}, element('b', {}, value), element('span', { class: 'quiet' }, label));

  // --- asking and ordering -------------------------------------------------------------------------------------
  const message = document.getElementById('message');
  function say(text, refused) {
    message.hidden = false;
    message.className = refused ? 'refused' : '';
    message.textContent = text;
  }
  async function ask(path) {
    const response = await fetch(path, { credentials: 'same-origin' });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.refused);
    return answer;
  }
  // What is done, or null when it is refused; shown says it otherwise than it comes.
  async function order(path, members, shown) {
    try {
      const response = await fetch(path, { method: 'POST', credentials: 'same-origin', body: JSON.stringify(members || {}) });
      const answer = await response.json();
      say(response.ok && shown ? shown(answer.done) : answer.done || answer.refused, !response.ok);
      return response.ok ? answer.done : null;
    } catch (e) {
      say('The console does not answer: ' + e.message, true);
      return null;
    }
  }

  // --- the head ------------------------------------------------------------------------------------------------
  document.title = 'Spelunk: ' + title(name);
  const menu = document.getElementById('menu');
  PAGES.forEach((p, i) => menu.append(element('a', { href: '/' + p, 'aria-current': p === name ? 'page' : null, title: 'key ' + (i + 1) }, title(p))));
  menu.append(element('a', { href: '/system/console/bundles', title: 'Apache Felix Web Console' }, 'Bundles'),
    element('a', { href: '/system/console/components' }, 'Components'));
  const state = document.getElementById('state');
  const startButton = button('Start', () => order('/api/' + (machine.state === 'paused' ? 'resume' : 'start')), { id: 'start', title: 'key s' });
  const pauseButton = button('Pause', () => order('/api/pause'), { id: 'pause', title: 'key p' });
  const stepButton = button('Step', () => order('/api/step', { pe: 0, count: 1 }), { id: 'step', title: 'key n' });
  document.getElementById('controls').append(startButton, pauseButton, stepButton);

  let machine = { state: 'new', pes: [], snapshots: [], waitsFor: [] };
  let output = '';
  let showMachine = () => {};
  let showOutput = () => {};

  function head() {
    const words = { new: 'not started', running: 'running', paused: 'paused', ended: 'ended' };
    state.className = machine.state;
    state.textContent = machine.variant + ': ' + words[machine.state]
      + (machine.waitsFor.length ? ', waits for ' + machine.waitsFor.join(', ') : '')
      + ' · ' + count(machine.instructions) + ' instructions'
      + (machine.state === 'running' ? ' · ' + machine.mips.toFixed(1) + ' MIPS' : '')
      + ' · ' + count(machine.records) + ' records';
    startButton.textContent = machine.state === 'paused' ? 'Resume' : 'Start';
    startButton.disabled = machine.state !== 'new' && machine.state !== 'paused';
    startButton.classList.toggle('first', !startButton.disabled);
    pauseButton.disabled = machine.state !== 'running';
    stepButton.disabled = machine.state !== 'paused';
    document.documentElement.dataset.state = machine.state;
  }
  const events = new EventSource('/events');
  events.addEventListener('machine', e => { machine = JSON.parse(e.data); head(); showMachine(); });
  events.addEventListener('output', e => { output = JSON.parse(e.data).text; showOutput(); });
  events.onerror = () => { state.className = 'ended'; state.textContent = 'not connected: the console has ended, or is being asked again'; };

  addEventListener('keydown', e => {
    if (e.ctrlKey || e.altKey || e.metaKey || e.target.closest('input, select, textarea')) return;
    const at = '12345'.indexOf(e.key);
    if (at >= 0) location.href = '/' + PAGES[at];
    else if (e.key === 's') startButton.click();
    else if (e.key === 'p') pauseButton.click();
    else if (e.key === 'n') stepButton.click();
    else if (e.key === '/') { const search = document.querySelector('input[type=search]'); if (search) { e.preventDefault(); search.focus(); } }
  });

  function script(path) {
    return new Promise((resolve, reject) => document.head.append(element('script', { src: path, onload: resolve, onerror: reject })));
  }

  // --- Machine -------------------------------------------------------------------------------------------------
  function machinePage() {
    const facts = element('div', { class: 'facts' });
    const pes = element('tbody');
    const end = element('div');
    const printed = element('pre', { class: 'output', id: 'output', tabindex: '0', 'aria-label': 'what the guest has printed' });
    const steps = element('input', { class: 'short', id: 'steps', type: 'number', min: 1, max: 100000, value: 1 });
    const of = element('input', { class: 'short', id: 'of', type: 'number', min: 0, value: 0 });
    const save = element('input', { id: 'save-name', value: 'state-1', 'aria-label': 'name of the snapshot' });
    const from = element('select', { id: 'from', 'aria-label': 'what a new machine begins with' });
    page.append(
      facts,
      element('h2', {}, 'Processing elements'),
      element('div', { class: 'scroll' }, element('table', {}, element('thead', {}, element('tr', {},
        ...['PE', 'does', 'EL', 'vCPU', 'PC'].map(t => element('th', {}, t)), element('th', { class: 'name' }, 'function'))), pes)),
      element('h2', {}, 'Orders'),
      element('div', { class: 'row' },
        button('Step', () => order('/api/step', { pe: Number(of.value), count: Number(steps.value) }), { id: 'steps-go' }),
        element('label', {}, steps, 'instructions'), element('label', {}, 'of PE', of)),
      element('div', { class: 'row' }, button('Save', () => order('/api/save', { name: save.value }), { id: 'save' }), save,
        element('span', { class: 'quiet' }, 'the whole state, in a file beside the profile')),
      element('div', { class: 'row' }, button('New machine', () => order('/api/anew', { snapshot: from.value }), { id: 'anew' }),
        element('label', {}, 'from', from), element('span', { class: 'quiet' }, 'when no run is on')),
      element('div', { class: 'row' }, button('End the run', () => order('/api/end'), { id: 'end' }),
        button('End the console', () => order('/api/quit'), { id: 'quit' }),
        element('span', { class: 'quiet' }, 'what was recorded is written')),
      end,
      element('h2', {}, 'What the guest prints'), printed,
      element('p', { class: 'quiet' }, 'Keys: ', element('kbd', {}, '1'), ' to ', element('kbd', {}, '5'), ' pages, ', element('kbd', {}, 's'),
        ' start or resume, ', element('kbd', {}, 'p'), ' pause, ', element('kbd', {}, 'n'), ' step, ', element('kbd', {}, '/'), ' search.'));
    let offered = null;
    showMachine = () => {
      facts.replaceChildren(
        fact('hardware variant', machine.variant), fact('instructions', count(machine.instructions)),
        fact('million instructions a second', machine.state === 'running' ? machine.mips.toFixed(1) : '–'),
        fact('sample records', count(machine.records)), fact('bytes of records', count(machine.bytes)), fact('swaps', count(machine.swaps)));
      pes.replaceChildren(...machine.pes.map((pe, i) => element('tr', {},
        ...[i, pe.does, 'EL' + pe.el, pe.vcpu < 0 ? '–' : pe.vcpu].map(v => element('td', {}, v)),
        element('td', { class: 'code' }, pe.pc), element('td', { class: 'name code' }, pe.function))));
      const options = ['', ...machine.snapshots].join('\n');
      if (options !== offered) {
        offered = options;
        from.replaceChildren(...['', ...machine.snapshots].map(s => element('option', { value: s }, s || 'the reset')));
      }
      document.getElementById('steps-go').disabled = machine.state !== 'paused';
      document.getElementById('save').disabled = machine.state === 'ended';
      document.getElementById('anew').disabled = machine.state === 'running' || machine.state === 'paused';
      document.getElementById('end').disabled = machine.state !== 'running' && machine.state !== 'paused';
      end.replaceChildren(...(machine.end ? [element('div', { class: 'panel', id: 'ended' }, element('h3', {}, 'The run is over: ' + machine.end.how),
        machine.end.seconds === undefined ? null : element('p', {}, machine.end.seconds + ' s, ' + count(machine.end.cycles) + ' cycles of virtual time'),
        element('ul', {}, machine.end.files.map(f => element('li', { class: 'code' }, f))))] : []));
    };
    showOutput = () => {
      const below = printed.scrollTop + printed.clientHeight >= printed.scrollHeight - 4;
      printed.textContent = output;
      if (below) printed.scrollTop = printed.scrollHeight;
    };
  }

  // --- Registers -----------------------------------------------------------------------------------------------
  function registersPage() {
    const search = element('input', { type: 'search', id: 'search', placeholder: 'part of a name, as PMB', value: params.get('search') || 'PM', 'aria-label': 'search', oninput: () => look() });
    const pe = element('input', { class: 'short', id: 'pe', type: 'number', min: 0, value: 0, oninput: () => { before = new Map(); look(); } });
    const live = element('input', { type: 'checkbox', id: 'live', checked: true });
    const list = element('div', { id: 'registers' });
    const note = element('p', { class: 'quiet' });
    page.append(element('div', { class: 'row' }, search, element('label', {}, 'of PE', pe), element('label', {}, live, 'live')),
      note, element('div', { class: 'head' }, element('span', { class: 'name' }, 'register'), element('span', {}, 'hardware'), element('span', {}, 'in memory')), list);
    let before = new Map();
    const open = new Set((params.get('open') || '').split(',').filter(n => n));
    const rows = new Map();
    let busy = false, again = false;
    const changed = (key, value) => { const was = before.get(key); before.set(key, value); return was !== undefined && was !== value; };
    const value = (text, isChanged) => element('span', { class: 'code' + (isChanged ? ' changed' : '') }, text === undefined ? '–' : text);
    async function look() {
      if (busy) { again = true; return; }
      busy = true;
      try {
        const answer = await ask('/api/registers?pe=' + (pe.value || 0) + '&search=' + encodeURIComponent(search.value) + '&open=' + encodeURIComponent([...open].join(',')));
        pe.max = answer.pes - 1;
        note.textContent = answer.registers.length + ' registers. Open one for its fields; what has changed since it was looked at last is marked.';
        const kept = new Set();
        answer.registers.forEach((r, i) => {
          kept.add(r.name);
          let row = rows.get(r.name);
          if (!row) {
            row = element('details', { class: 'register', 'data-register': r.name, open: open.has(r.name), ontoggle: e => {
              const is = e.target.open;
              if (is !== open.has(r.name)) { is ? open.add(r.name) : open.delete(r.name); look(); }
            } }, element('summary', {}), element('div', { class: 'fields' }));
            rows.set(r.name, row);
          }
          row.firstChild.replaceChildren(element('span', { class: 'name' }, r.name), value(r.value, changed(r.name, r.value)),
            value(r.memory, changed('memory ' + r.name, r.memory)));
          if (r.fields) {
            row.lastChild.replaceChildren(...(r.fields.length ? r.fields.map(f => element('div', {}, element('span', {}, f.name),
              element('span', {}, value(f.value, changed(r.name + '.' + f.name, f.value)), f.memory === undefined ? null : ' / ',
                f.memory === undefined ? null : value(f.memory, changed('memory ' + r.name + '.' + f.name, f.memory)))))
              : [element('span', { class: 'quiet' }, 'no fields')]));
          }
          if (list.children[i] !== row) list.insertBefore(row, list.children[i] || null);
        });
        for (const [n, row] of rows) if (!kept.has(n)) { row.remove(); rows.delete(n); }
      } catch (e) { note.textContent = e.message; }
      busy = false;
      if (again) { again = false; look(); }
    }
    let last = 0;
    let seen = '';
    showMachine = () => {
      const now = machine.state + machine.instructions;
      if (document.hidden || now === seen || (machine.state === 'running' && (!live.checked || performance.now() - last < 1000))) return;
      last = performance.now();
      seen = now;
      look();
    };
    look();
  }

  // --- Composition ---------------------------------------------------------------------------------------------
  function compositionPage() {
    const picture = element('div', { class: 'scroll', id: 'picture' });
    const panel = element('div', { class: 'panel', id: 'part', tabindex: '-1' }, element('p', { class: 'quiet' }, 'Choose a part to see what it provides, and to swap it.'));
    const configurations = element('div', { id: 'configurations' });
    const judged = element('div');
    const happened = element('div');
    const variants = element('datalist', { id: 'variants' });
    const check = element('input', { id: 'check-variant', list: 'variants', 'aria-label': 'name of a variant, or its file' });
    const checked = element('div');
    const fresh = element('input', { id: 'variant-name', value: 'my-variant', 'aria-label': 'name of the new variant' });
    page.append(picture, element('p', { class: 'quiet' }, 'Left the parts by kind, right the features of the architecture (arm.feature): a line is a bundle that provides one, a broken line one that needs it.'),
      panel, happened, element('h2', {}, 'Variants'), judged,
      element('div', { class: 'row' }, button('Check', async () => {
        // The lines that are not indented: its name, whether it is legal, and why not.
        const all = await order('/api/check', { variant: check.value }, text => check.value + ': ' + text.split('\n').filter(l => !l.startsWith(' ')).slice(1).join('; '));
        checked.replaceChildren(...(all === null ? [] : [element('pre', { class: 'output', id: 'checked', tabindex: '0' }, all)]));
      }, { id: 'check' }), check, variants,
        element('span', { class: 'quiet' }, 'judges a variant, by its name or file, without running it')),
      checked,
      element('div', { class: 'row' }, button('New variant from this', async () => {
        // What was written is what one wants to check next.
        if (await order('/api/variant', { name: fresh.value })) check.value = fresh.value.replace(/(\.json)?$/, '.json');
      }, { id: 'new-variant' }), fresh,
        element('span', { class: 'quiet' }, 'a file where the console was started, with the parts and configurations of now')),
      element('h2', {}, 'Configurations'), configurations);
    let chosen = null;
    const opened = new Set();
    const narrow = matchMedia('(max-width: 48rem)');
    narrow.addEventListener('change', () => look());

    async function look() {
      const c = await ask('/api/composition');
      draw(c);
      show(c);
      if (!variants.children.length) {
        variants.append(...c.variants.map(v => element('option', { value: v })));
        check.value = c.variant;
      }
      judged.replaceChildren(element('p', {}, c.problems.length ? 'Not a legal machine: ' + c.problems.join('; ') : c.variant + ' is a legal machine.'),
        c.lacking.length ? element('p', { class: 'quiet' }, 'Mandatory in its version of the architecture, not modelled, and not claimed: ' + c.lacking.join(', ')) : null);
      const done = [...c.swaps, ...c.refused.map(r => 'refused: ' + r)];
      happened.replaceChildren(...(done.length ? [element('h2', {}, 'What was swapped'), element('pre', { class: 'output', id: 'swaps' }, done.slice(-20).join('\n'))] : []));
      configurations.replaceChildren(...Object.entries(c.configurations).map(([pid, values]) => {
        const inputs = Object.entries(values).map(([key, value]) => [key, value, element('input', { value, 'aria-label': pid + ' ' + key, 'data-pid': pid, 'data-key': key })]);
        const force = element('input', { type: 'checkbox' });
        return element('details', { open: opened.has(pid), ontoggle: e => { e.target.open ? opened.add(pid) : opened.delete(pid); } }, element('summary', { class: 'code' }, pid),
          ...inputs.map(([key, , input]) => element('div', { class: 'row' }, element('label', {}, key, input))),
          inputs.length ? element('div', { class: 'row' }, button('Set', async () => {
            const changed = Object.fromEntries(inputs.filter(([, value, input]) => input.value !== value).map(([key, , input]) => [key, input.value]));
            if (await order('/api/configure', { pid, values: changed, force: force.checked })) look();
          }), element('label', {}, force, 'also when the guest could notice')) : element('p', { class: 'quiet' }, 'nothing to set'));
      }));
    }

    function draw(c) {
      const parts = c.parts.flatMap(p => p.used.map(u => ({ kind: p.kind, ...u })));
      const bundles = [...new Set(parts.map(p => p.bundle))];
      const features = [...new Set([...Object.values(c.provided).flat(), ...Object.values(c.required).flat().flatMap(f => f.match(/FEAT_\w+/g) || [])])].sort();
      // In a narrow window the kinds stand over their parts, and bundles are not named: the panel below does.
      const slim = narrow.matches;
      const line = 22, top = 24, left = 8, width = slim ? 180 : 330, right = slim ? 320 : 640, total = slim ? 470 : 880, inset = slim ? 0 : 80;
      let y = top, kind = null;
      const places = parts.map(p => { if (kind !== p.kind) { y += (kind === null ? 0 : 6) + (slim ? 16 : 0); kind = p.kind; } const at = y; y += line; return at; });
      const gap = Math.max(16, Math.min(line, (y - top) / Math.max(1, features.length)));
      const height = Math.max(y, top + gap * features.length) + 12;
      const at = new Map(features.map((f, i) => [f, top + i * gap]));
      const lines = [];
      for (const b of bundles) {
        const from = parts.map((p, i) => [p, places[i]]).filter(([p]) => p.bundle === b).map(([, py]) => py);
        if (!from.length) continue;
        const link = (f, needs) => at.has(f) && lines.push(element('svg:path', { 'data-bundle': b, class: needs ? 'needs' : '',
          d: `M ${left + width} ${from[0] + 9} C ${left + width + (right - left - width) * .4} ${from[0] + 9} ${right - (right - left - width) * .4} ${at.get(f) + 7} ${right} ${at.get(f) + 7}` }));
        (c.provided[b] || []).forEach(f => link(f, false));
        (c.required[b] || []).flatMap(f => f.match(/FEAT_\w+/g) || []).forEach(f => link(f, true));
      }
      const mark = bundle => svg.querySelectorAll('path').forEach(l => l.classList.toggle('on', l.dataset.bundle === bundle));
      const choose = p => { chosen = { kind: p.kind, name: p.name }; show(c); mark(p.bundle); panel.focus({ preventScroll: false }); panel.scrollIntoView({ block: 'nearest' }); };
      const svg = element('svg:svg', { class: 'picture', viewBox: `0 0 ${total} ${height}`, role: 'group', 'aria-label': 'parts and features' },
        element('svg:text', { class: 'small', x: left, y: 14 }, slim ? 'part, by kind' : 'kind'), slim ? null : element('svg:text', { class: 'small', x: left + 86, y: 14 }, 'part, and its bundle'),
        element('svg:text', { class: 'small', x: right + 6, y: 14 }, 'feature'), lines,
        parts.map((p, i) => element('svg:g', { tabindex: '0', role: 'button', 'data-part': p.kind + ' ' + p.name, onclick: () => choose(p), onmouseenter: () => mark(p.bundle), onfocus: () => mark(p.bundle),
          onkeydown: e => { if (e.key === 'Enter' || e.key === ' ') { e.preventDefault(); choose(p); } } },
        element('svg:rect', { x: left + inset, y: places[i], width: width - inset, height: 18, rx: 3 }),
        i && parts[i - 1].kind === p.kind ? null : element('svg:text', { class: 'small', x: left, y: places[i] + (slim ? -4 : 13) }, p.kind),
        element('svg:text', { x: left + inset + 6, y: places[i] + 13 }, p.name),
        slim ? null : element('svg:text', { class: 'small', x: left + width - 6, y: places[i] + 13, 'text-anchor': 'end' }, p.bundle.replace('dev.spelunk.', '')))),
        features.map(f => element('svg:text', { x: right + 6, y: at.get(f) + 11, class: 'small' }, f)));
      picture.replaceChildren(svg);
    }

    function show(c) {
      if (!chosen) return;
      const part = c.parts.find(p => p.kind === chosen.kind);
      if (!part) return;
      const used = part.used.find(u => u.name === chosen.name) || part.used[0] || { name: '', bundle: '' };
      chosen.name = used.name;
      const several = part.used.length > 1;
      const to = element('select', { id: 'swap-to', 'aria-label': 'what comes in' }, ...part.offers.map(o => element('option', { value: o, selected: o === used.name }, o + (o === used.name ? ' (anew)' : ''))),
        several ? element('option', { value: 'none' }, 'nothing') : null);
      const force = element('input', { type: 'checkbox', id: 'swap-force' });
      panel.replaceChildren(element('h3', {}, part.kind + ': ' + used.name), element('p', { class: 'quiet' }, 'of ' + (used.bundle || 'no bundle')),
        element('p', {}, 'Provides ' + ((c.provided[used.bundle] || []).join(', ') || 'no feature') + '; needs ' + ((c.required[used.bundle] || []).join(', ') || 'none') + '.'),
        element('div', { class: 'row' }, button('Swap', async () => {
          await order('/api/swap', { part: part.kind, name: several ? used.name : null, with: to.value === used.name ? null : to.value, force: force.checked });
          if (!several && to.value !== used.name) chosen = { kind: part.kind, name: to.value };
          look();
        }, { id: 'swap' }), element('label', {}, 'for', to), element('label', {}, force, 'also when the guest could notice')));
    }
    let swaps = -1, of = '';
    showMachine = () => { if (machine.swaps !== swaps || machine.state !== of) { swaps = machine.swaps; of = machine.state; look(); } };
  }

  // --- Profile -------------------------------------------------------------------------------------------------
  async function profilePage() {
    const live = element('input', { type: 'checkbox', id: 'live', checked: true });
    const shown = element('div', { id: 'profile' }, element('p', { class: 'quiet' }, 'No sample record has come yet.'));
    page.append(element('div', { class: 'row' }, element('label', {}, live, 'live')), shown);
    await script('/echarts.min.js');
    await script('/report.js');
    let last = '', busy = false, report = null;
    showMachine = async () => {
      if (busy || document.hidden || !machine.records || !live.checked && report) return;
      busy = true;
      try {
        const text = await (await fetch('/api/profile', { credentials: 'same-origin' })).text();
        if (text !== last) {
          last = text;
          const runs = JSON.parse(text);
          if (!Array.isArray(runs)) throw new Error(runs.refused);
          const top = scrollY, chosen = report && report.chosen(), scrolled = [...shown.querySelectorAll('.tall')].map(t => t.scrollTop);
          shown.style.minHeight = shown.offsetHeight + 'px';
          if (report) report.dispose();
          report = spelunkReport(runs, shown, { chosen });
          shown.querySelectorAll('.tall').forEach((t, i) => { t.scrollTop = scrolled[i] || 0; });
          shown.style.minHeight = '';
          scrollTo(0, top);
          document.documentElement.dataset.records = runs[0].profile.records;
        }
      } catch (e) { say(e.message, true); }
      setTimeout(() => { busy = false; showMachine(); }, machine.state === 'running' ? 2000 : 500);
    };
    showMachine();
  }

  // --- Timeline ------------------------------------------------------------------------------------------------
  function timelinePage() {
    const lanes = element('div', { class: 'scroll', id: 'lanes' });
    const note = element('p', { class: 'quiet' });
    const causes = element('div', { class: 'columns' });
    const live = element('input', { type: 'checkbox', id: 'live', checked: true });
    const span = element('select', { id: 'span', 'aria-label': 'how much', onchange: () => look() }, ...[['0.1', 0.1], ['1', 1], ['10', 10], ['100', 100], ['all that is kept', 0]].map(([t, v]) =>
      element('option', { value: v, selected: v === 0 }, v ? t + ' ms of virtual time' : t)));
    page.append(element('div', { class: 'row' }, element('label', {}, live, 'live'), element('label', {}, 'the last', span)), note, lanes, causes);
    const CYCLES_PER_MILLISECOND = 1e6;
    const colours = new Map();
    const colour = text => { if (!colours.has(text)) colours.set(text, 'g' + colours.size % 14); return colours.get(text); };
    async function look() {
      let t;
      try { t = await ask('/api/timeline'); } catch (e) { say(e.message, true); return; }
      if (!t.tracks.length) { note.textContent = 'Nothing has happened yet, or the guest runs without hypervisor.'; return; }
      const end = t.cycles;
      const begins = t.tracks.filter(k => k.entries.length).map(k => k.entries.length < k.total ? k.entries[0][0] : 0);
      const from = Math.max(0, Number(span.value) ? end - Number(span.value) * CYCLES_PER_MILLISECOND : Math.min(...begins));
      const width = 880, left = 190, lane = 40;
      const x = cycles => left + (width - left - 8) * Math.max(0, cycles - from) / Math.max(1, end - from);
      const shapes = [];
      t.tracks.forEach((k, i) => {
        const y = 20 + i * lane;
        shapes.push(element('svg:text', { x: 4, y: y + 14 }, 'vCPU ' + k.vcpu), element('svg:text', { class: 'small', x: 4, y: y + 28 }, k.name + ' (' + count(k.total) + ')'),
          element('svg:line', { class: 'axis', x1: left, x2: width - 8, y1: y + 30, y2: y + 30 }));
        const entries = k.entries;
        if (k.kind === 'state') {
          entries.forEach(([at, text, detail], j) => {
            const until = j + 1 < entries.length ? entries[j + 1][0] : end;
            if (!text || until < from) return;
            shapes.push(element('svg:rect', { class: colour(text), x: x(at), y: y + 6, width: Math.max(1, x(until) - x(at)), height: 22 }, element('svg:title', {}, text + (detail ? ', ' + detail : '') + ', ' + count(until - at) + ' cycles')));
          });
        } else if (k.kind === 'instant') {
          entries.filter(([at]) => at >= from).forEach(([at, text, detail]) => shapes.push(element('svg:line', { class: 'tick', x1: x(at), x2: x(at), y1: y + 4, y2: y + 30 },
            element('svg:title', {}, text + (detail ? ': ' + detail : '') + ', at cycle ' + count(at)))));
        } else {
          const most = Math.max(1, ...entries.map(e => Number(e[1])));
          const level = v => y + 30 - 24 * Number(v) / most;
          let d = '', was = null;
          entries.forEach(([at, v]) => { if (at >= from) { d += d ? ` H ${x(at)} V ${level(v)}` : `M ${left} ${y + 30} V ${level(was === null ? v : was)} H ${x(at)} V ${level(v)}`; } was = v; });
          if (was !== null) { d = (d || `M ${left} ${y + 30} V ${level(was)}`) + ` H ${width - 8} V ${y + 30} Z`; shapes.push(element('svg:path', { class: 'fill', d }, element('svg:title', {}, k.name + ', at most ' + count(most)))); }
          shapes.push(element('svg:text', { class: 'small', x: left - 4, y: y + 14, 'text-anchor': 'end' }, count(most)));
        }
      });
      const height = 30 + t.tracks.length * lane;
      lanes.replaceChildren(element('svg:svg', { class: 'lanes', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': 'timeline' }, shapes));
      note.textContent = 'From ' + (from / CYCLES_PER_MILLISECOND).toFixed(3) + ' to ' + (end / CYCLES_PER_MILLISECOND).toFixed(3) + ' ms of virtual time (a cycle is a nanosecond). In parentheses: how often in the whole run; of a level that changes often, the highest of some values in a row.';
      const rows = Object.entries(t.causes).sort((a, b) => b[1] - a[1]);
      causes.replaceChildren(element('div', {}, element('h2', {}, 'What the vCPUs did'), element('table', {}, element('thead', {}, element('tr', {}, element('th', {}, 'times'), element('th', { class: 'name' }, 'what'))),
        element('tbody', {}, rows.map(([text, n]) => element('tr', {}, element('td', {}, count(n)), element('td', { class: 'name' },
          element('span', { class: 'key' }, element('svg:svg', { viewBox: '0 0 10 10' }, element('svg:rect', { class: colour(text), width: 10, height: 10 })), text))))))));
    }
    let busy = false, seen = '';
    showMachine = async () => {
      const now = machine.state + machine.instructions;
      if (busy || document.hidden || now === seen || machine.state === 'running' && !live.checked) return;
      busy = true;
      seen = now;
      await look();
      setTimeout(() => { busy = false; }, 1000);
    };
    look();
  }

  ({ machine: machinePage, composition: compositionPage, registers: registersPage, profile: profilePage, timeline: timelinePage })[name]();
  document.documentElement.dataset.ready = name;
})();
