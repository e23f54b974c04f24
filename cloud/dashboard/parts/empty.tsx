import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon.tsx";

/** Nothing to show, said so that it does not look like a fault. */
export function Empty(props: {
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  const { icon, title, children } = props;
  return (
    <div class="empty">
      <Icon name={icon} />
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}
