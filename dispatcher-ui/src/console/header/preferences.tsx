import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { chooseLanguage } from '../../i18n/i18n.ts';
import { chooseTheme, useThemeChoice, type ThemeChoice } from '../../theme/theme.ts';
import { Icon } from '../../ui/icons.tsx';

const NEXT: Record<ThemeChoice, ThemeChoice> = { auto: 'light', light: 'dark', dark: 'auto' };

/** Language and theme, each one small key. */
export function Preferences(): ReactNode {
  const { t, i18n } = useTranslation();
  const choice = useThemeChoice();
  const other = i18n.language === 'en' ? 'zh-CN' : 'en';
  return (
    <div className="preferences">
      <Button type="text" size="small" onClick={() => chooseTheme(NEXT[choice])} title={t('header.themeHint')}>
        <Icon name={choice === 'dark' ? 'moon' : choice === 'light' ? 'sun' : 'clock'} />
        {t(`theme.${choice}`)}
      </Button>
      <Button type="text" size="small" lang={other} onClick={() => chooseLanguage(other)}>
        {other === 'en' ? 'English' : '中文'}
      </Button>
    </div>
  );
}
