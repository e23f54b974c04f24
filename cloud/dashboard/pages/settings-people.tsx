import { useState } from "preact/hooks";
import type { Answer } from "../../api/contract.ts";
import { call } from "../lib/api.ts";
import { useLoad } from "../lib/load.ts";
import { Empty } from "../parts/empty.tsx";
import { SelectField, TextField } from "../parts/field.tsx";
import { Icon } from "../parts/icon.tsx";
import { Shown } from "../parts/pending.tsx";
import { Table } from "../parts/table.tsx";
import { settings } from "./settings.words.ts";
import { FormDialog, NameFields, ownTimeZone, RemoveButton, TimeZoneField } from "./settings-form.tsx";
import { type Hours, HoursFields, hoursText, Rows } from "./settings-hours.tsx";
import { people } from "./settings-people.words.ts";
import { TestButton } from "./settings-test.tsx";

export type Person = Answer<"GET /api/people">["people"][number];
export type Channel = Person["contacts"][number]["channel"];
interface Contact {
  readonly channel: Channel;
  readonly address: string;
  readonly secret: string;
  /** It has a secret already, which the cloud does not tell. */
  readonly kept: boolean;
}

export const CHANNELS = ["webhook", "email", "sms"] as const;
const MAX_CONTACTS = 10;
const MAX_HOURS = 50;
const SECRET_BYTES = 24;

/** Whoever can be told. */
export function People() {
  const t = people();
  const s = settings();
  const list = useLoad((signal) => call("GET /api/people", { signal }));
  const [edited, setEdited] = useState<Person | "new">();
  return (
    <section class="card form" aria-labelledby="part-title">
      <header class="page-head">
        <h2 id="part-title">{s.parts.people}</h2>
        <div class="end">
          <button type="button" class="primary" onClick={() => setEdited("new")}>
            <Icon name="plus" />
            {t.add}
          </button>
        </div>
      </header>
      <p class="soft">{t.hint}</p>
      <Shown of={list}>
        {({ people: all }) =>
          all.length === 0 ? (
            <Empty icon="person" title={t.none}>
              <p>{t.noneHint}</p>
            </Empty>
          ) : (
            <Table
              caption={s.parts.people}
              rows={all}
              id={({ person }) => person}
              columns={[
                {
                  title: s.name,
                  cell: ({ name, person }) => (
                    <>
                      <b>{name}</b> <small>{person}</small>
                    </>
                  ),
                },
                { title: t.reach, cell: (person) => <Reach of={person} /> },
                {
                  title: t.quiet,
                  cell: ({ quiet }) =>
                    quiet?.hours.map((hours) => <div key={hoursText(hours)}>{hoursText(hours)}</div>) ?? "–",
                },
                {
                  title: s.edit,
                  cell: (person) => (
                    <span class="buttons">
                      <button type="button" aria-label={s.editOf(person.name)} onClick={() => setEdited(person)}>
                        {s.edit}
                      </button>
                      <RemoveButton
                        name={person.name}
                        remove={() => call("DELETE /api/people/:person", { params: { person: person.person } })}
                        onDone={list.reload}
                      />
                    </span>
                  ),
                },
              ]}
            />
          )
        }
      </Shown>
      {edited && (
        <PersonForm
          person={edited === "new" ? undefined : edited}
          onClose={() => setEdited(undefined)}
          onSaved={list.reload}
        />
      )}
    </section>
  );
}

function Reach({ of: person }: { readonly of: Person }) {
  const t = people();
  if (person.contacts.length === 0) return <span class="warn">{t.unreachable}</span>;
  return (
    <ul class="reach">
      {person.contacts.map(({ channel, address }, index) => (
        <li key={index}>
          <span>
            {address} <small>{settings().channel[channel]}</small>
          </span>
          {person.contacts.findIndex((one) => one.channel === channel) === index && (
            <TestButton person={person} channel={channel} />
          )}
        </li>
      ))}
    </ul>
  );
}

function PersonForm(props: {
  readonly person: Person | undefined;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}) {
  const { person, onClose, onSaved } = props;
  const t = people();
  const s = settings();
  const [name, setName] = useState(person?.name ?? "");
  const [id, setId] = useState(person?.person ?? "");
  const [contacts, setContacts] = useState<readonly Contact[]>(
    person?.contacts.map((contact) => ({ ...contact, secret: "", kept: true })) ?? [
      { channel: "email", address: "", secret: "", kept: false },
    ],
  );
  const [timeZone, setTimeZone] = useState(person?.quiet?.timeZone ?? ownTimeZone());
  const [hours, setHours] = useState<readonly Hours[]>(person?.quiet?.hours ?? []);
  const save = () =>
    call("PUT /api/people/:person", {
      params: { person: id },
      body: {
        name,
        contacts: contacts.map(({ channel, address, secret }) => ({
          channel,
          address: address.trim(),
          ...(channel === "webhook" && secret !== "" ? { secret } : {}),
        })),
        ...(hours.length === 0
          ? {}
          : { quiet: { timeZone, hours: hours.map((one) => ({ ...one, days: [...one.days] })) } }),
      },
    });
  return (
    <FormDialog title={person ? s.editOf(person.name) : t.newTitle} onClose={onClose} save={save} onSaved={onSaved}>
      <NameFields
        name={name}
        id={id}
        isNew={!person}
        onValue={(nextName, nextId) => {
          setName(nextName);
          setId(nextId);
        }}
      />
      <Rows
        title={t.contacts}
        hint={t.contactsHint}
        rows={contacts}
        onRows={setContacts}
        blank={(): Contact => ({ channel: "email", address: "", secret: "", kept: false })}
        addText={t.addContact}
        name={(_, index) => t.contact(index + 1)}
        limit={MAX_CONTACTS}
      >
        {(contact, onContact) => <ContactFields contact={contact} onContact={onContact} />}
      </Rows>
      <Rows
        title={t.quiet}
        hint={t.quietHint}
        rows={hours}
        onRows={setHours}
        blank={(): Hours => ({ days: [1, 2, 3, 4, 5, 6, 7], from: "22:00", to: "06:00" })}
        addText={t.addQuiet}
        name={(_, index) => t.quietHours(index + 1)}
        limit={MAX_HOURS}
      >
        {(one, onHours, index) => <HoursFields label={t.quietHours(index + 1)} value={one} onValue={onHours} />}
      </Rows>
      {hours.length > 0 && <TimeZoneField value={timeZone} onValue={setTimeZone} />}
    </FormDialog>
  );
}

function ContactFields({
  contact,
  onContact,
}: {
  readonly contact: Contact;
  readonly onContact: (one: Contact) => void;
}) {
  const t = people();
  const s = settings();
  const { channel, address, secret, kept } = contact;
  return (
    <>
      <SelectField
        label={t.channel}
        value={channel}
        options={CHANNELS.map((one) => [one, s.channel[one]] as const)}
        onValue={(next) => onContact({ ...contact, channel: next as Channel, kept: false })}
      />
      <TextField
        label={t.address}
        value={address}
        type={channel === "email" ? "email" : channel === "webhook" ? "url" : "tel"}
        placeholder={t.placeholder[channel]}
        onValue={(next) => onContact({ ...contact, address: next })}
        required
        minLength={3}
        maxLength={500}
      />
      {channel === "webhook" && (
        <div class="secret">
          <TextField
            label={t.secret}
            hint={kept ? t.secretKept : t.secretNew}
            value={secret}
            onValue={(next) => onContact({ ...contact, secret: next })}
            required={!kept}
            minLength={16}
            maxLength={200}
            autoComplete="off"
            spellcheck={false}
          />
          <button type="button" onClick={() => onContact({ ...contact, secret: randomSecret() })}>
            {t.makeSecret}
          </button>
        </div>
      )}
    </>
  );
}

function randomSecret(): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(SECRET_BYTES))));
}
