import { domainToASCII } from 'node:url';
import type { Pseudonym, Pseudonymize } from '../pseudonymize.ts';

/** Public providers tell nothing of the person; any other domain could be the person's or the employer's own. */
const publicProviders = new Set(
  `126.com 163.com aol.com att.net bigpond.com bluewin.ch btinternet.com centrum.cz comcast.net cox.net daum.net
  duck.com fastmail.com free.fr freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hanmail.net
  hey.com hotmail.co.uk hotmail.com hotmail.de hotmail.es hotmail.fr hotmail.it hushmail.com icloud.com inbox.lv
  interia.pl laposte.net libero.it live.co.uk live.com live.de live.fr live.nl mac.com mail.com mail.ru mailbox.org
  me.com msn.com naver.com o2.pl onet.pl orange.fr outlook.com outlook.de outlook.es outlook.fr pm.me posteo.de
  proton.me protonmail.com qq.com rediffmail.com rocketmail.com sapo.pt seznam.cz sfr.fr sina.com sky.com t-online.de
  terra.com.br tiscali.it tuta.com tutanota.com uol.com.br verizon.net virgilio.it virginmedia.com wanadoo.fr web.de
  wp.pl yahoo.ca yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.br yahoo.de yahoo.es yahoo.fr yahoo.it
  yandex.com yandex.ru yeah.net ymail.com zoho.com`.split(/\s+/),
);

/** Pseudonym of the trimmed, lower-cased address, with the domain where it is a public mail provider's. */
export function maskEmail(value: string, pseudonymize: Pseudonymize): Pseudonym & { readonly domain?: string } {
  const address = value.trim().toLowerCase();
  const domain = domainToASCII(address.slice(address.lastIndexOf('@') + 1));
  const pseudonym = pseudonymize('email', address);
  return address.includes('@') && publicProviders.has(domain) ? { ...pseudonym, domain } : pseudonym;
}
