// What an application may write, and what it may not.

export async function shows(view: HTMLElement): Promise<string[]> {
  if (!self.proffer) return [];
  const { fill } = self.proffer;
  const slots = await fill(view);
  await fill();
  await fill(document, { path: "/x", query: "a=b", language: "fr", attributes: { basket: 9.5, tags: ["a"] } });
  await fill(null, null, true);
  await window.proffer?.fill(view.attachShadow({ mode: "open" }));
  return slots.map(s => s.offer ?? `${s.space} ${s.n}`);
}

export async function asks(): Promise<string | undefined> {
  const answer = await window.proffer?.decide({ slots: [{ space: "hero" }, { space: "hero", n: 2, categories: ["travel"] }], path: "/" });
  const price: string | number | boolean | null | undefined = answer?.slots[0]?.content?.["price"];
  const link: string | undefined = answer?.slots[0]?.links?.click?.["url"];
  return answer?.holdout || price === null ? answer?.snapshot : answer?.slots[0]?.html ?? link;
}

// @ts-expect-error: it may be missing
window.proffer.fill();
// @ts-expect-error: no slots
window.proffer?.decide({});
// @ts-expect-error: a name is no slot
window.proffer?.decide({ slots: ["hero"] });
// @ts-expect-error: who asks is not for the page to say
window.proffer?.decide({ slots: [], target: "1002" });
// @ts-expect-error: slots are what is in the page
window.proffer?.fill(document, { slots: [] });
// @ts-expect-error: not a root
window.proffer?.fill("main");
