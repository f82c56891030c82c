import type { Tool } from './tool.ts';
import { checkTool } from './tools/check.ts';
import { cloneTool } from './tools/clone.ts';
import { createTool } from './tools/create.ts';
import { deviceTool } from './tools/device.ts';
import { featuresTool } from './tools/features.ts';
import { firewallTool } from './tools/firewall.ts';
import { killTool } from './tools/kill.ts';
import { labelTool } from './tools/label.ts';
import { lsTool } from './tools/ls.ts';
import { notesTool } from './tools/notes.ts';
import { pauseTool } from './tools/pause.ts';
import { prefsTool, systemPrefsTool } from './tools/prefs.ts';
import { removeTool } from './tools/remove.ts';
import { serviceTool } from './tools/service.ts';
import { shutdownTool } from './tools/shutdown.ts';
import { startTool } from './tools/start.ts';
import { tagsTool } from './tools/tags.ts';
import { unpauseTool } from './tools/unpause.ts';

/** Tools that Qubes has, in the order in which help lists them. */
export const TOOLS: readonly Tool[] = [
  lsTool,
  checkTool,
  prefsTool,
  systemPrefsTool,
  featuresTool,
  serviceTool,
  tagsTool,
  notesTool,
  firewallTool,
  deviceTool,
  createTool,
  cloneTool,
  removeTool,
  startTool,
  shutdownTool,
  killTool,
  pauseTool,
  unpauseTool,
];

/** What weft has under a short name of its own, where no verb has that name with another meaning. */
export const SHORT_NAMES: Readonly<Record<string, Tool>> = {
  ls: lsTool,
  tags: tagsTool,
  service: serviceTool,
  notes: notesTool,
  label: labelTool,
  shutdown: shutdownTool,
};
