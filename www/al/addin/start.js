// Runs when the page is shown, after entrada.js: from here on AL may call.
'use strict';
Entrada.tellAl('ControlReady');
