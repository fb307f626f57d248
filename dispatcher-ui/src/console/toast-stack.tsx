import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from '../ui/store.ts';
import { removeToast, toasts } from './toasts.ts';
import { openIncident } from './view.ts';

/** What just happened, over the foot of the list; nothing else moves for it. */
export function ToastStack(): ReactNode {
  const { t } = useTranslation();
  const items = useStore(toasts, (value) => value.items);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {items.map((one) => (
        <div key={one.key} className={`toast is-${one.tone}`}>
          <span>{one.text}</span>
          {one.undo && (
            <Button
              size="small"
              onClick={() => {
                removeToast(one.key);
                one.undo?.();
              }}
            >
              {t('toast.undo')} <kbd>U</kbd>
            </Button>
          )}
          {one.incident && (
            <Button
              size="small"
              onClick={() => {
                removeToast(one.key);
                openIncident(one.incident);
              }}
            >
              {t('action.look')}
            </Button>
          )}
        </div>
      ))}
    </div>
  );
}
