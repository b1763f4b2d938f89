#!/usr/bin/env node
console.error('longshore: no command yet');
