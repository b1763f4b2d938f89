// The charts run as XState actors, wired together as the engine wires them, and nothing around them: no store, no
// listeners, no indexes over tasks.

export function actorWorldOf(charts) {
  const {
    createActor,
    admissionMachine,
    appMachine,
    networkMachine,
    queueMachine,
    slotsMachine,
    taskMachine,
    transferMachine,
    assignSlots,
    bucketOf,
    compareCandidates,
    isCandidate,
    rule,
    takesRoom,
    tiersOfCount,
  } = charts;

  return class ActorWorld {
    constructor(rules, { tasksMax, slots, link }) {
      this.rules = rules;
      this.tasks = [];
      this.letters = [];
      this.counts = tiersOfCount(slots).counts;
      this.slotsDue = false;
      this.answer = null;
      this.link = link;
      this.hearing = (effect) => {
        this.answer = effect;
      };
      this.admission = this.actor(admissionMachine, undefined, this.hearing);
      this.app = this.actor(appMachine, { rules }, (effect) => {
        if (effect.type === 'tasks.tell') this.tellTasks(effect.happening);
        else this.answer = effect;
      });
      this.network = this.actor(networkMachine, undefined, () => this.tellTasks('linkChanged'));
      this.queues = {
        background: this.actor(queueMachine, { tasksMax }, this.hearing),
        foreground: this.actor(queueMachine, { tasksMax: Number.POSITIVE_INFINITY }, this.hearing),
      };
      this.slots = this.actor(slotsMachine, undefined, () => {
        this.slotsDue = true;
      });
      this.network.send({ type: 'changed', link });
      this.slots.send({ type: rule(rules, 'restoreDelayMs') > 0 ? 'held' : 'changed' });
      this.settle();
      this.appChanged('entered');
    }

    actor(machine, input, hear) {
      const actor = createActor(machine, { input });
      actor.on('*', hear);
      return actor.start();
    }

    /** @returns the code of a refusal; 0 for none. */
    ask(actor, event) {
      actor.send(event);
      return this.answer?.type === 'refused' ? this.answer.code : 0;
    }

    create(mode) {
      const facts = {
        notForeground: this.ask(this.app, { type: 'create', mode }) !== 0,
        queueFull: this.ask(this.queues[bucketOf(mode)], { type: 'create' }) !== 0,
      };
      const code = this.ask(this.admission, { type: 'create', facts });
      if (code !== 0) return code;
      const seq = this.tasks.length;
      const traits = {
        rules: this.rules,
        api: 'agent',
        action: 'download',
        mode,
        network: 'any',
        metered: true,
        roaming: true,
        retry: true,
      };
      const task = { tid: seq, action: 'download', mode, priority: 0, seq, refusal: 0, transfer: null };
      task.actor = this.actor(taskMachine, { traits }, (effect) => this.follow(task, effect));
      this.tasks.push(task);
      this.queues[bucketOf(mode)].send({ type: 'entered' });
      return 0;
    }

    operate(operation, seq) {
      const task = this.tasks[seq];
      const facts = { unknownTask: task === undefined, accountAway: false, notOwner: false, serviceDown: false };
      const code = this.ask(this.admission, { type: operation, facts });
      if (code !== 0) return code;
      task.refusal = 0;
      const isStart = operation === 'start' || operation === 'resume';
      this.stepTask(task, isStart ? { type: operation, around: this.around(), whole: false } : { type: operation });
      this.settle();
      return task.refusal;
    }

    appChanged(type) {
      const before = this.app.getSnapshot().value;
      this.app.send({ type });
      if ((before === 'foreground') !== (this.app.getSnapshot().value === 'foreground')) {
        this.slots.send({ type: 'changed' });
      }
      this.settle();
    }

    linkChanged(link) {
      this.link = link;
      this.network.send({ type: 'changed', link });
      this.settle();
    }

    around() {
      const appInForeground = this.app.getSnapshot().value === 'foreground';
      return { link: this.link, appInForeground, accountActive: true };
    }

    tellTasks(type) {
      const around = this.around();
      for (const task of this.tasks) {
        const { state } = this.rest(task);
        if (state === 'waiting' || isRunning(state)) this.letters.push({ task, event: { type, around } });
      }
    }

    rest({ actor }) {
      const { value, context } = actor.getSnapshot();
      return { state: typeof value === 'string' ? value : value.active, reason: context.reason };
    }

    stepTask(task, event) {
      const before = this.rest(task);
      task.actor.send(event);
      const after = this.rest(task);
      if (before.state === after.state && before.reason === after.reason) return;
      const isStart = event.type === 'start' || event.type === 'resume';
      if (isStart && this.slots.getSnapshot().value === 'held') this.slots.send({ type: 'released' });
      if (takesRoom(before.state) !== takesRoom(after.state)) {
        this.queues[bucketOf(task.mode)].send({ type: takesRoom(after.state) ? 'entered' : 'left' });
      }
      const lostItsSlot = isRunning(before.state) && !isRunning(after.state);
      if (lostItsSlot || isCandidate(before.state, before.reason) !== isCandidate(after.state, after.reason)) {
        this.slots.send({ type: 'changed' });
      }
    }

    follow(task, effect) {
      switch (effect.type) {
        case 'refused':
          task.refusal = effect.code;
          return;
        case 'transfer.open':
          task.transfer ??= this.actor(transferMachine, { exchanges: 1 }, (said) => this.followTransfer(task, said));
          this.letters.push({ transfer: task.transfer, event: { type: 'open', index: 0 } });
          return;
        case 'transfer.close':
          this.letters.push({ transfer: task.transfer, event: { type: 'close', interrupted: effect.interrupted } });
          return;
        case 'transfer.reopen':
          this.letters.push({ transfer: task.transfer, event: { type: 'reopen' } });
      }
    }

    /** Requests go nowhere; what a transfer says to its task begins with `task.`. */
    followTransfer(task, { type, ...rest }) {
      if (type.startsWith('task.')) this.letters.push({ task, event: { type: type.slice('task.'.length), ...rest } });
    }

    settle() {
      for (;;) {
        const letter = this.letters.shift();
        if (letter?.task !== undefined) this.stepTask(letter.task, letter.event);
        else if (letter !== undefined) letter.transfer.send(letter.event);
        else if (this.slotsDue) this.assign();
        else return;
      }
    }

    assign() {
      this.slotsDue = false;
      const rests = this.tasks.map((task) => this.rest(task));
      const candidates = this.tasks
        .filter((_, at) => isCandidate(rests[at].state, rests[at].reason))
        .sort(compareCandidates);
      const app = { of: () => candidates, all: () => candidates };
      const slots = assignSlots(candidates.length === 0 ? [] : [app], 'download', this.counts);
      for (const [at, task] of this.tasks.entries()) {
        if (isRunning(rests[at].state) && !slots.has(task.tid)) this.letters.push({ task, event: { type: 'dropped' } });
      }
      for (const tid of slots.keys()) {
        if (!isRunning(rests[tid].state)) this.letters.push({ task: this.tasks[tid], event: { type: 'admitted' } });
      }
      this.slots.send({ type: 'assigned' });
    }
  };
}

function isRunning(state) {
  return state === 'running' || state === 'retrying';
}
