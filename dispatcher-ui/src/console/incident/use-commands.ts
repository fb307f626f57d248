import { useQueryClient } from '@tanstack/react-query';
import i18next from 'i18next';
import { useMemo } from 'react';
import type { CommandName, WireIncident } from '#contracts/incident.ts';
import { actKey, ApiError, sentenceOf } from '../../api/http.ts';
import { fetchDetail, ownerIn, sendCommand, type CommandBody } from '../../api/incidents.ts';
import { useDesk } from '../live/use-live.tsx';
import { forgetUndo, toast } from '../toasts.ts';
import { meansTheSame } from './same-picture.ts';

/** How often an act is sent when only the ladder, the box or a clock has come in between. */
const TRIES = 3;

export interface AfterCommand {
  /** What is said when it worked. */
  say?: string;
  /** How it is taken back, with the incident as it is after the act. */
  undo?: (after: WireIncident) => void;
}

export interface Commands {
  /** Sends one act; answers with the incident after it, or null when it was refused (and said why). */
  run<Name extends CommandName>(
    incident: WireIncident,
    name: Name,
    body: CommandBody<Name>,
    after?: AfterCommand,
  ): Promise<WireIncident | null>;
}

/** Acts of the operator: never while cut off, one key per act, a refusal always in words and with the newest state. */
export function useCommands(): Commands {
  const { live, me } = useDesk();
  const client = useQueryClient();
  return useMemo(() => {
    const under = new Set<string>();

    const refresh = async (id: string): Promise<WireIncident | null> => {
      try {
        const detail = await fetchDetail(id, AbortSignal.timeout(5_000));
        client.setQueryData(['incident', id, i18next.language], detail);
        live.put(detail);
        return detail;
      } catch {
        // The list is refreshed by the socket anyway.
        return null;
      }
    };

    const send = async <Name extends CommandName>(incident: WireIncident, name: Name, body: CommandBody<Name>) => {
      let sent = body;
      for (let left = TRIES; ; left -= 1) {
        try {
          return await sendCommand(incident.id, name, sent, actKey());
        } catch (error) {
          const isOld = error instanceof ApiError && error.code === 'conflict';
          const now = isOld && left > 1 ? await refresh(incident.id) : null;
          if (!now || !sent || !('version' in sent) || !meansTheSame(name, incident, now)) throw error;
          sent = { ...sent, version: now.version };
        }
      }
    };

    const refused = async (incident: WireIncident, error: unknown) => {
      const owner = ownerIn(error);
      const conflict = error instanceof ApiError && (error.code === 'already_claimed' || error.code === 'conflict');
      if (conflict && owner && owner !== me.name) toast(i18next.t('toast.takenBy', { name: owner }), { tone: 'amber' });
      else if (error instanceof ApiError && error.code === 'offline')
        toast(i18next.t('toast.uncertain'), { tone: 'amber' });
      else toast(sentenceOf(error), { tone: 'amber' });
      await refresh(incident.id);
    };

    const guarded = async <T>(incident: WireIncident, name: string, act: () => Promise<T>): Promise<T | null> => {
      if (live.state().link !== 'live') return null;
      const mark = `${incident.id}/${name}`;
      if (under.has(mark)) return null;
      under.add(mark);
      try {
        return await act();
      } catch (error) {
        await refused(incident, error);
        return null;
      } finally {
        under.delete(mark);
      }
    };

    return {
      run: (incident, name, body, after = {}) =>
        guarded(incident, name, async () => {
          const result = await send(incident, name, body);
          live.put(result);
          forgetUndo();
          const { say, undo } = after;
          if (say) toast(say, undo ? { undo: () => undo(live.state().incidents.get(incident.id) ?? result) } : {});
          return result;
        }),
    };
  }, [live, me, client]);
}
