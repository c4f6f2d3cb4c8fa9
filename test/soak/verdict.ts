import { nothingHangs, tabsAgree, tabsAreRight, tabsAreWell } from './calm-promises.ts';
import type { Evidence, Finding } from './evidence.ts';
import { endsAreFinal, noReuse, oneSuccessor, refreshesAreBounded, revocationsArrive } from './server-promises.ts';
import {
  endsHaveCauses,
  requestsStayWithTheirPerson,
  signOutsShowEverywhere,
  signOutsStopRequests,
} from './tab-promises.ts';

/**
 * Each of 8 tabs may try four or five times in ten seconds, with pauses of 1 to 4 seconds, and Chromium sends once more by itself
 * what breaks on a connection that it had kept. More than that would be a storm.
 */
const mostTokenRequests = 80;

/** Holds every promise against what was seen. */
export function judge(evidence: Evidence): Finding[] {
  return [
    endsHaveCauses(evidence),
    oneSuccessor(evidence),
    noReuse(evidence),
    endsAreFinal(evidence),
    signOutsShowEverywhere(evidence),
    signOutsStopRequests(evidence),
    requestsStayWithTheirPerson(evidence),
    tabsAgree(evidence),
    tabsAreWell(evidence),
    tabsAreRight(evidence),
    revocationsArrive(evidence),
    refreshesAreBounded(evidence, mostTokenRequests),
    nothingHangs(evidence),
    {
      promise: 'no error goes uncaught',
      checked: 1,
      violations: evidence.complaints.map((text) => ({ at: evidence.endedAt, text })),
    },
  ];
}
