// What has to be in place before the session is created. Imported for that, and first.
import { installLine } from './network.ts';
import { installSilence } from './silence.ts';
import { installTabClock } from './tab-clock.ts';

installSilence();
installTabClock();
installLine();
