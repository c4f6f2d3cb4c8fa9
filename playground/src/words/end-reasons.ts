import type { EndReason } from 'sojourn';

/** Why somebody is signed out, in words for that person. */
export const endReasons: Readonly<Record<EndReason, { title: string; text: string; calm: boolean }>> = {
  signed_out: {
    title: 'You signed out',
    text: 'The session is over in every tab of this browser.',
    calm: true,
  },
  signed_out_elsewhere: {
    title: 'Signed out from another device',
    text: 'You, or somebody with your account, ended this session from somewhere else.',
    calm: true,
  },
  idle: {
    title: 'Signed out because nobody was here',
    text: 'There was no activity for longer than the limit.',
    calm: true,
  },
  expired: {
    title: 'Your session ran out',
    text: 'It was not renewed in time.',
    calm: true,
  },
  absolute_expired: {
    title: 'Your session reached its end',
    text: 'Sessions here last a fixed time, however active you are.',
    calm: true,
  },
  revoked: {
    title: 'Your session was ended for you',
    text: 'An administrator or the service itself ended it.',
    calm: true,
  },
  revoked_all: {
    title: 'Signed out everywhere',
    text: 'All your sessions were ended, on every device.',
    calm: true,
  },
  reuse_detected: {
    title: 'Ended to protect you',
    text: 'This sign-in was used from two places, so it may have been copied. Nobody can use it any more.',
    calm: false,
  },
  refresh_rejected: {
    title: 'The server does not accept this session any more',
    text: 'It did not say why.',
    calm: false,
  },
  storage_missing: {
    title: 'The storage of this browser was cleared',
    text: 'The session was kept there, so it is gone.',
    calm: false,
  },
  storage_corrupt: {
    title: 'The stored session could not be read',
    text: 'It was put aside. Sign in to start anew.',
    calm: false,
  },
  identity_changed: {
    title: 'Somebody else signed in',
    text: 'Another person signed in in this browser, so your session ended here.',
    calm: true,
  },
};
