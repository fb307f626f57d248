import { ConfigProvider, theme as antd } from 'antd';
import type { ReactNode } from 'react';
import { useTheme } from './theme.ts';

const INK = { light: '#15181c', dark: '#eef1f4' };
const PANEL = { light: '#ffffff', dark: '#14171b' };
const TEXT = { light: '#1b1f24', dark: '#e3e7eb' };
const SOFT = { light: '#525a64', dark: '#a4adb8' };
const LINE = { light: '#b4bbc3', dark: '#4d5661' };
const RED = { light: '#c4122f', dark: '#ff8a8f' };

/** Ant Design in the colours of tokens.css: the accent is ink, nothing moves by itself. */
export function AntdTheme({ children }: { children: ReactNode }): ReactNode {
  const theme = useTheme();
  return (
    <ConfigProvider
      wave={{ disabled: true }}
      button={{ autoInsertSpace: false }}
      theme={{
        algorithm: theme === 'dark' ? antd.darkAlgorithm : antd.defaultAlgorithm,
        token: {
          colorPrimary: INK[theme],
          colorInfo: INK[theme],
          colorLink: TEXT[theme],
          colorError: RED[theme],
          colorText: TEXT[theme],
          colorTextSecondary: SOFT[theme],
          colorTextPlaceholder: SOFT[theme],
          colorTextLightSolid: PANEL[theme],
          colorBgContainer: PANEL[theme],
          colorBgElevated: PANEL[theme],
          colorBorder: LINE[theme],
          fontFamily: 'var(--font)',
          fontSize: 15,
          borderRadius: 6,
          motion: false,
        },
        components: { Button: { primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none', fontWeight: 500 } },
      }}
    >
      {children}
    </ConfigProvider>
  );
}
