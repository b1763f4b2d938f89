import { diskBytes, type Run } from './run.ts';
import type { ServerFault, Step } from './types.ts';

/** Does one step, and lets no time pass but what it names. */
export async function perform(step: Step, run: Run): Promise<void> {
  const { world, journal } = run;
  journal.tell('step', () => stepText(step));
  switch (step.do) {
    case 'act':
      run.show();
      if (!run.isAway && !run.act(step.name, step.n))
        journal.tell('step', () => `the client does not offer ${step.name} now`);
      break;
    case 'wait':
      return world.run(step.ms);
    case 'app':
      if (step.to === 'foreground') run.show();
      else if (step.to === 'background') run.hide();
      else run.relaunch();
      break;
    case 'service':
      journal.happened.add(`service ${step.to}`);
      if (step.to === 'restarted') run.restartService();
      else world.setService(step.to === 'up' ? 'available' : 'unavailable');
      break;
    case 'network':
      world.setNetwork(step.to);
      break;
    case 'account':
      journal.happened.add(`account ${step.to}`);
      run.setAway(step.to === 'away');
      break;
    case 'memory':
      world.setMemoryLevel(step.level);
      break;
    case 'clock':
      world.jumpClock(step.jumpMs);
      break;
    case 'disk':
      journal.happened.add(`disk ${step.to}`);
      spoilDisk(step.to, run);
      break;
    case 'server':
      journal.happened.add(`server ${step.fault.is}`);
      run.server.spoil(step.fault);
      break;
  }
  return world.run(0);
}

function spoilDisk(to: Extract<Step, { do: 'disk' }>['to'], run: Run): void {
  const { disk } = run.world;
  switch (to) {
    case 'full':
      return disk.setCapacity(disk.usedBytes);
    case 'free':
      disk.setCapacity(diskBytes);
      return disk.heal('/');
    case 'failing':
      return disk.fail('/', 'io');
    case 'power cut':
      return run.relaunch(() => {
        run.world.powerCut();
        run.world.restart();
      });
  }
}

/** All that is wrong is right again. */
export function heal(run: Run): void {
  run.server.heal();
  spoilDisk('free', run);
  run.world.setNetwork('wifi');
  run.world.setService('available');
  run.world.engine.setMemoryLevel(0);
  run.setAway(false);
  run.show();
}

/** As a person would say it. */
export function stepText(step: Step): string {
  switch (step.do) {
    case 'act':
      return `the user: ${step.name}(${step.n})`;
    case 'wait':
      return `${durationText(step.ms)} pass`;
    case 'app':
      return {
        foreground: 'the app is shown',
        background: 'the app is hidden',
        relaunched: 'the app is killed and opened again',
      }[step.to];
    case 'service':
      return `the service ${{ down: 'cannot be reached', up: 'can be reached again', restarted: 'restarts' }[step.to]}`;
    case 'network':
      return `the network is ${step.to}`;
    case 'account':
      return step.to === 'away' ? 'another user comes' : 'the user is back';
    case 'memory':
      return `memory pressure is ${step.level}`;
    case 'clock':
      return `the clock is set ${durationText(Math.abs(step.jumpMs))} ${step.jumpMs < 0 ? 'back' : 'ahead'}`;
    case 'disk':
      return step.to === 'power cut' ? 'the power is cut, and comes back' : `the disk is ${step.to}`;
    case 'server':
      return `the server: ${faultText(step.fault)}`;
  }
}

function faultText(fault: ServerFault): string {
  const rest = Object.entries(fault)
    .filter(([name, value]) => name !== 'is' && value !== '')
    .map(([name, value]) => `${name} ${value}`);
  return `${fault.is} (${rest.join(', ')})`;
}

function durationText(ms: number): string {
  return ms < 1_000
    ? `${ms} ms`
    : ms < 120_000
      ? `${ms / 1_000} s`
      : ms < 7_200_000
        ? `${ms / 60_000} min`
        : `${ms / 3_600_000} h`;
}
