/** What a person sees and touches of the box. */
import { useEffect, useRef, useState, useSyncExternalStore, type MouseEvent, type PointerEvent } from 'react';
import type { AckStage } from '#contracts/device.ts';
import type { PageBox } from './page-box.ts';
import type { BoxView } from './page-state.ts';
import { createPressGuard, type BoxKey } from './press-guard.ts';
import type { Texts } from './texts.ts';

interface Props {
  box: PageBox;
  t: Texts;
  /** Whose box it is; empty when nobody told. */
  name: string;
  onChange: () => void;
}

const TYPES: Readonly<Record<BoxKey, string>> = { red: 'sos', green: 'service', family: 'family', fine: 'cancel' };
/** How long a key stays down to be seen, ms. */
const SINK_MS = 350;

/** Red: not taken yet. Blue: somebody has it. Green: he is there, or it is done. */
const LAMPS: Readonly<Record<AckStage, string>> = {
  received: 'red',
  claimed: 'blue',
  dispatched: 'blue',
  update: 'blue',
  arrived: 'green',
  resolved: 'green',
  cancelled: 'grey',
};

export function BoxFace({ box, t, name, onChange }: Props) {
  const view = useSyncExternalStore(box.subscribe, box.view);
  const [sunk, setSunk] = useState<BoxKey | null>(null);
  const rising = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [guard] = useState(createPressGuard);
  useEffect(() => {
    // A long press must not open the browser's menu over the key.
    const noMenu = (event: Event): void => event.preventDefault();
    document.addEventListener('contextmenu', noMenu);
    return () => {
      document.removeEventListener('contextmenu', noMenu);
      clearTimeout(rising.current);
    };
  }, []);

  const press = (key: BoxKey): void => {
    setSunk(key);
    clearTimeout(rising.current);
    rising.current = setTimeout(() => setSunk(null), SINK_MS);
    if (!guard(key, performance.now())) return;
    if (key === 'fine' && view.came) box.press('done', 'done');
    else box.press(TYPES[key], key);
  };
  const cut = view.line === 'down' || view.line === 'refused';
  const sentence = sentenceOf(view, t, cut);
  return (
    <main className="box" data-dark={view.dark} data-lamp={lampOf(view)}>
      <header className="box-head">
        <h1>{name === '' ? t.title : t.of(name)}</h1>
        <p className="box-line" data-line={view.line}>
          <span aria-hidden="true">{view.line === 'up' ? '●' : '▲'}</span>{' '}
          {view.line === 'up' ? t.up : view.line === 'connecting' ? t.connecting : t.down}
        </p>
      </header>
      {cut && (
        <p className="box-cut" role="alert">
          {view.line === 'refused' ? t.refusedLong : t.downLong}
          {view.line === 'refused' && (
            <button type="button" className="box-change" onClick={onChange}>
              {t.change}
            </button>
          )}
        </p>
      )}
      <section className="box-says" aria-live="assertive" onPointerDown={box.sayAgain}>
        <p className={sentence.length > 36 ? 'box-long' : undefined}>{sentence}</p>
      </section>
      <Key className="box-red" name="red" sunk={sunk} label={t.red} onPress={press} />
      <div className="box-bars">
        {view.phone ? (
          <a className="box-bar box-phone" href="tel:12349">
            {t.phone}
          </a>
        ) : (
          <>
            <Key className="box-bar box-green" name="green" sunk={sunk} label={t.green} onPress={press} />
            {view.talk === 'open' ? (
              <button
                type="button"
                className="box-bar box-answer"
                onPointerDown={box.answer}
                onClick={(event) => event.detail === 0 && box.answer()}
              >
                {t.answer}
              </button>
            ) : (
              <Key className="box-bar box-family" name="family" sunk={sunk} label={t.family} onPress={press} />
            )}
          </>
        )}
      </div>
      <Key className="box-fine" name="fine" sunk={sunk} label={view.came ? t.done : t.fine} onPress={press} />
    </main>
  );
}

interface KeyProps {
  name: BoxKey;
  className: string;
  label: string;
  sunk: BoxKey | null;
  onPress: (key: BoxKey) => void;
}

/** A press counts when the finger comes down; a click without a pointer is the keyboard or a screen reader. */
function Key({ name, className, label, sunk, onPress }: KeyProps) {
  const down = (event: PointerEvent): void => {
    if (event.button === 0) onPress(name);
  };
  const click = (event: MouseEvent): void => {
    if (event.detail === 0) onPress(name);
  };
  return (
    <button type="button" className={className} data-sunk={sunk === name} onPointerDown={down} onClick={click}>
      {label}
    </button>
  );
}

function sentenceOf(view: BoxView, t: Texts, cut: boolean): string {
  if (view.dark) return '';
  if (view.waiting !== null && cut) return t.stored;
  if (view.waiting !== null) return view.waiting === 'call' ? t.calling : t.sending;
  if (view.notice === 'ring') return t.ring;
  if (view.talk === 'open' && (view.talkIsNews || !view.said)) return t.talk;
  if (view.notice === 'noted') return t.noted;
  return view.said?.say ?? t.idle;
}

function lampOf(view: BoxView): string {
  if (view.dark) return 'none';
  if (view.waiting === 'call') return 'red';
  return view.said ? LAMPS[view.said.stage] : 'none';
}
