// The host's half of Entrada's contract, inside a Business Central page (business-central.md 5). It carries messages and
// decides nothing but whose they are: the frame's are taken from its own window, its own origin, in their order and under
// the number of this showing; AL's go to that origin and nowhere else.
//
//   frame -> AL   bridge-request, completed, credential; each as one event with the members named below
//   AL -> frame   hello after every load, bridge-answer, close
'use strict';
var Entrada = (function () {
  // What goes on to AL of each message, and the event it goes to. Everything else in a message stays here.
  const FORWARDED = {
    'bridge-request': {
      event: 'BridgeRequested',
      members: ['request', 'action', 'clientId', 'description', 'contact', 'permissionSets', 'environment'],
    },
    completed: {
      event: 'Completed',
      members: ['outcome', 'clientId', 'tenantId', 'applicationObjectId', 'environments', 'expires'],
    },
    credential: {
      event: 'CredentialOffered',
      members: ['clientId', 'tenantId', 'secret', 'expires', 'scope', 'tokenUrl'],
    },
  };
  // A frame that loads says "ready" within a second or two; an address where nothing is, or which refuses to be framed, never.
  const PATIENCE = 30000;

  let frame = null; // the element
  let origin = ''; // of the hosted set-up
  let options = {}; // what it is told first
  let words = {}; // sentences in the user's language
  let showing = ''; // number of this load of the frame
  let sent = 0;
  let heard = 0;
  let patience = 0;
  let silence = null; // the sentence about it, while it stands there

  const waiting = []; // events for AL
  let busy = false;

  // One event at a time, the next when AL is through with the last (business-central.md 5.1: chatty add-ins are throttled).
  function tellAl(event, values, failed) {
    waiting.push({ event: event, values: values || [], failed: failed });
    tellNext();
  }

  function tellNext() {
    if (busy || waiting.length === 0) {
      return;
    }
    busy = true;
    const next = waiting.shift();
    const over = function () {
      busy = false;
      tellNext();
    };
    Microsoft.Dynamics.NAV.InvokeExtensibilityMethod(next.event, next.values, false, over, function () {
      if (next.failed) {
        next.failed();
      }
      over();
    });
  }

  function post(type, members) {
    if (!frame || !frame.contentWindow || !showing) {
      return;
    }
    sent += 1;
    frame.contentWindow.postMessage(Object.assign({ entrada: 1, type: type, id: showing, seq: sent }, members), origin);
  }

  // A load of the frame is a new conversation; what belongs to an earlier one is of no use to it.
  function greet() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    showing = Array.from(bytes, function (byte) { return byte.toString(16).padStart(2, '0'); }).join('');
    sent = 0;
    heard = 0;
    post('hello', { options: options });
  }

  function received(event) {
    if (!frame || event.source !== frame.contentWindow || event.origin !== origin) {
      return;
    }
    const message = event.data;
    if (typeof message !== 'object' || message === null || message.entrada !== 1 || message.id !== showing) {
      return;
    }
    if (!Number.isInteger(message.seq) || message.seq <= heard) {
      return;
    }
    heard = message.seq;
    clearTimeout(patience);
    if (silence) {
      silence.remove();
      silence = null;
    }
    if (!Object.prototype.hasOwnProperty.call(FORWARDED, message.type)) {
      return;
    }
    const forwarded = FORWARDED[message.type];
    const members = {};
    for (const name of forwarded.members) {
      if (message[name] !== undefined) {
        members[name] = message[name];
      }
    }
    const asked = showing;
    tellAl(forwarded.event, [members], function () {
      // The server did not carry it out: without an answer the set-up would wait for one.
      if (message.type === 'bridge-request' && asked === showing) {
        post('bridge-answer', { request: message.request, ok: false, code: 'gone', error: words.gone });
      }
    });
  }

  function place(element) {
    document.getElementById('controlAddIn').replaceChildren(element);
  }

  function paragraph(sentence) {
    const element = document.createElement('p');
    element.textContent = sentence;
    return element;
  }

  function say(sentence) {
    clearTimeout(patience);
    frame = null;
    showing = '';
    place(paragraph(sentence));
  }

  // Above the frame, not instead of it: what stands there may know better what is wrong.
  function missSomebody() {
    silence = paragraph(words.silent);
    frame.before(silence);
  }

  function show(address, newOptions, newWords) {
    options = newOptions;
    words = newWords;
    origin = new URL(address).origin;
    frame = document.createElement('iframe');
    frame.id = 'entrada';
    frame.title = 'Entrada';
    frame.allow = 'clipboard-write';
    frame.addEventListener('load', greet);
    frame.src = address;
    place(frame);
    clearTimeout(patience);
    patience = setTimeout(missSomebody, PATIENCE);
  }

  window.addEventListener('message', received);
  window.addEventListener('pagehide', function () { post('close', {}); });

  return {
    tellAl: tellAl,
    show: show,
    say: say,
    answer: function (answer) { post('bridge-answer', answer); },
  };
})();

// AL's procedures (the control add-in "Entrada Frame"): the client calls the global function of that name.
function ShowEntrada(address, options, words) {
  Entrada.show(address, options, words);
}

function SayInstead(sentence) {
  Entrada.say(sentence);
}

function AnswerBridge(answer) {
  Entrada.answer(answer);
}
