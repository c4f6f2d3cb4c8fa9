import * as fc from 'fast-check';
import type { History, Step } from '../steps.ts';
import { anySetting } from './any-setting.ts';
import { faultSteps } from './fault-steps.ts';
import { personSteps } from './person-steps.ts';
import { recipes } from './recipes.ts';
import { tabSteps } from './tab-steps.ts';
import { timeSteps } from './time-steps.ts';

const anyStep: fc.Arbitrary<Step> = fc.oneof(...timeSteps, ...tabSteps, ...personSteps, ...faultSteps);
const passage = fc.oneof({ weight: 60, arbitrary: anyStep.map((step) => [step]) }, { weight: 1, arbitrary: recipes });

/** Every history: most have a person signed in and some tabs before anything goes wrong. */
export const anyHistory: fc.Arbitrary<History> = fc
  .tuple(anySetting, fc.integer({ min: 0, max: 3 }), fc.array(passage, { minLength: 1, maxLength: 40, size: 'max' }))
  .map(([setting, more, rest]) => ({
    setting,
    steps: [
      { do: 'open', skewMs: 0 },
      { do: 'sign_in', at: 0, user: 0, remember: false },
      { do: 'wait', ms: 200 },
      ...Array.from({ length: more }, (): Step => ({ do: 'open', skewMs: 0 })),
      ...rest.flat(),
    ],
  }));
