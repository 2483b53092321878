/** The console's pages, in the order of an operator's day. A page is fetched when it is opened. */
import type { Component } from "svelte";
import type { Operator } from "../pages/kit/session.svelte";

export type Role = Operator["role"];
const ROLES: Role[] = ["observer", "moderator", "editor", "admin"];

export interface Page {
  key: string;
  /** In the navigation. */
  name: string;
  title: string;
  /** Who may open it, and every higher role. */
  least: Role;
  load: () => Promise<{ default: Component }>;
}

export const PAGES: Page[] = [
  { key: "now", name: "Now", title: "Now", least: "observer", load: () => import("../pages/now/Now.svelte") },
  { key: "learning", name: "Learning", title: "Learning", least: "observer", load: () => import("../pages/learning/Learning.svelte") },
  { key: "content", name: "Content", title: "Content", least: "observer", load: () => import("../pages/content/Content.svelte") },
  { key: "channels", name: "Channels", title: "Channels", least: "observer", load: () => import("../pages/channels/Channels.svelte") },
  { key: "reviews", name: "Reviews", title: "Reviews", least: "moderator", load: () => import("../pages/reviews/Reviews.svelte") },
  { key: "cases", name: "Cases", title: "Cases", least: "moderator", load: () => import("../pages/cases/Cases.svelte") },
  { key: "viewer", name: "Viewer", title: "A viewer, with reason", least: "moderator", load: () => import("../pages/viewer/Viewer.svelte") },
  { key: "policy", name: "Policy", title: "Policy", least: "observer", load: () => import("../pages/policy/Policy.svelte") },
  { key: "experiments", name: "Experiments", title: "Experiments", least: "observer", load: () => import("../pages/experiments/Experiments.svelte") },
];

export const may = (role: Role, least: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(least);

/** What a role may open. */
export const pagesOf = (role: Role): Page[] => PAGES.filter((page) => may(role, page.least));

/** The page of an address's part behind `#`; the first one where it names none that `open` has. */
export const pageOf = (hash: string, open: Page[]): Page => {
  const key = hash.replace(/^#\/?/, "").split("/")[0];
  return open.find((page) => page.key === key) ?? (open[0] as Page);
};
