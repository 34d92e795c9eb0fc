// axe on the page as it is: all of its rules, but the two about colours only for texts of a kind that is not known,
// and in another window only those about layout, where nothing came into sight or left it.
async ({passed, colours, ofLayout, ofSheets, sheetsKnown, coloursOnly}) => {
  if (!window.axe) {
    if (!window.loadAxe) return null;
    loadAxe();
  }
  const hashed = (...parts) => {
    const text = parts.join();
    let low = 0x811c9dc5, high = 0x41c6ce57;
    for (let at = 0; at < text.length; at++) {
      low = Math.imul(low ^ text.charCodeAt(at), 0x01000193);
      high = Math.imul(high ^ text.charCodeAt(at), 0x5bd1e995);
    }
    return (high >>> 0) * 0x200000 + (low >>> 11);
  };

  const grounds = new Map();
  const bare = hashed('static', 'rgba(0, 0, 0, 0)', 'none', '1', 'none', 'normal', 'auto', 'none');
  const ground = element => {
    if (!element) return 0;
    if (!grounds.has(element)) {
      const style = getComputedStyle(element), under = ground(element.parentElement);
      const own = hashed(
        style.position, style.backgroundColor, style.backgroundImage, style.opacity, style.filter,
        style.mixBlendMode, style.clip, style.clipPath,
      );
      grounds.set(element, own === bare ? under : hashed(under, own));  // what is bare adds nothing
    }
    return grounds.get(element);
  };

  const says = element => [...element.childNodes].some(
    node => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const told = link => {  // what tells a link from the text it stands in
    const style = getComputedStyle(link), around = getComputedStyle(link.parentElement);
    return [
      says(link.parentElement), around.color, around.fontWeight, style.fontWeight, style.textDecoration,
      style.borderBottom, style.outline, style.display,
    ];
  };
  const kind = element => {
    const style = getComputedStyle(element);
    const large = parseFloat(style.fontSize) >= (style.fontWeight >= 700 ? 18.66 : 24);
    const asked = element.closest('label')?.control ?? element;
    const off = asked.matches(':disabled, [aria-disabled=true], [aria-disabled=true] *');
    const link = element.closest('a[href]');
    return hashed(
      ground(element), style.color, style.textShadow, large, off, element.type, ...(link ? told(link) : []));
  };

  const known = new Set(passed), unknown = new Map();
  const typed = 'input:not([type=radio], [type=checkbox]), select, textarea';
  const shown = {opacityProperty: true, visibilityProperty: true};
  for (const element of document.body.querySelectorAll('*')) {
    if (!(says(element) || element.matches(typed)) || !element.checkVisibility(shown)) continue;
    const its = kind(element);
    if (!known.has(its)) unknown.set(element, its);
  }

  const sheets = [...document.styleSheets].map(sheet => sheet.href).join();
  const rules = Object.fromEntries([...colours, ofSheets].map(rule => [rule, {enabled: false}]));
  const inSight = element => {
    const box = element.getBoundingClientRect();
    const outside = box.width && (box.right <= 0 || box.bottom + scrollY <= 0);
    return element.checkVisibility(shown) && !outside ? 1 : 0;
  };
  const now = [...document.querySelectorAll('*')].map(inSight).join('') + document.documentElement.outerHTML;
  if (now === window.lookedAt) for (const {ruleId} of axe.getRules())
    if (!ofLayout.includes(ruleId)) rules[ruleId] = {enabled: false};
  window.lookedAt = now;
  const results = [];
  if (!coloursOnly)
    results.push(await axe.run({rules, preload: false, resultTypes: ['violations']}));
  if (!sheetsKnown.includes(sheets))
    results.push(await axe.run({runOnly: [ofSheets], resultTypes: ['violations']}));
  if (unknown.size) results.push(await axe.run(
    {include: [...unknown.keys()].map(element => element.closest('a[href]') ?? element)},
    {runOnly: colours, resultTypes: ['violations', 'incomplete'], elementRef: true},
  ));
  const untold = results.flatMap(result => result.incomplete).flatMap(rule => rule.nodes);
  const undecided = new Set(untold.map(node => unknown.get(node.element)));
  const violations = results.flatMap(result => result.violations);
  return {
    violations: violations.map(rule => ({...rule, nodes: rule.nodes.map(({element, ...node}) => node)})),
    passed: [...unknown.values()].filter(its => !undecided.has(its)),
    sheets,
    needs: document.documentElement.scrollWidth,
    has: innerWidth,
  };
}
