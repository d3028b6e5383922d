// Run in a page by hostile_test.go: lets every event happen to every element of
// the slots, and gives what the slots have become.
(() => {
  const ACTIVE = "script,style,iframe,frame,object,embed,applet,base,meta,link,template,math,foreignObject,animate,set,handler,discard,noscript,xmp,plaintext,portal,fencedframe,marquee,param,keygen";
  const ADDRESSED = ["href", "xlink:href", "src", "action", "formaction", "poster", "data", "ping", "background", "cite", "manifest", "longdesc", "usemap", "attributionsrc"];
  const EVENTS = ["click", "dblclick", "mousedown", "mouseover", "mouseenter", "mousemove", "pointerover", "pointerenter", "pointerrawupdate", "focus", "focusin", "blur",
    "keydown", "input", "change", "invalid", "submit", "reset", "load", "error", "toggle", "beforetoggle", "animationstart", "transitionend", "wheel", "begin", "end", "start", "finish",
    "copy", "paste", "drag", "contextmenu", "scroll", "beforematch", "command"];
  const slots = {};
  for (const type of ["click", "submit", "reset", "drag", "contextmenu"]) addEventListener(type, e => e.preventDefault(), true);

  const shape = (node, depth) => {
    let out = "";
    for (const child of node.childNodes) {
      if (child.nodeType === Node.COMMENT_NODE) out += `${depth}!\n`;
      if (child.nodeType !== Node.ELEMENT_NODE) continue;
      out += `${depth}${child.namespaceURI.slice(-4)}:${child.localName} ${[...child.attributes].map(a => a.name).sort().join(" ")}\n`;
      out += shape(child, `${depth}.`);
    }
    return out;
  };
  const bad = (element, marker) => {
    const out = [];
    if (element.matches(ACTIVE)) out.push(`<${element.localName}>`);
    if (element.shadowRoot) out.push(`a shadow root in <${element.localName}>`);
    for (const { name, value } of element.attributes) {
      if (/^on/i.test(name) || name === "srcdoc") out.push(`the handler ${name}=${value}`);
      if (!marker && (name === "data-offer-space" || name === "id" && value.startsWith("i_"))) out.push(`the marker ${name}=${value}`);
      if (!ADDRESSED.includes(name)) continue;
      const url = new URL(value, location);
      if (!/^https?:$/.test(url.protocol) || url.username) out.push(`the address ${name}=${value}`);
      if (/^[\s\x00-\x1f]*[/\\#?]/.test(value) && url.host !== location.host) out.push(`another host in ${name}=${value}`);
    }
    return out;
  };
  for (const around of document.querySelectorAll("[data-slot]")) {
    const all = [...around.querySelectorAll("*")];
    slots[around.dataset.slot] = {
      shape: shape(around, ""),
      text: around.querySelector("article td")?.textContent ?? "",
      value: around.querySelector("input[name=v]")?.getAttribute("value") ?? "",
      bad: all.flatMap(e => bad(e, e.parentNode === around || e.matches("td[data-offer-space]"))),
    };
    for (const element of all) for (const type of EVENTS) element.dispatchEvent(new Event(type, { bubbles: true, cancelable: true }));
  }
  return { slots, ran: "__xss" in self };
})()
