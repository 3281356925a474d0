import { describe, expect, it } from "vitest";
import { approverProblem } from "../../../lib/core/approval/decide.js";
import { requestProblem } from "../../../lib/core/approval/request.js";
import { mixesScripts, skeleton } from "../../../lib/core/approval/skeleton.js";

const circle = { requester: "release-pipeline", startedBy: "alex", approvers: [{ id: "robin" }, { id: "dana" }] };
const request = { ...circle, run: "r", digest: "d", quorum: 1, requestedAt: 0, expiresAt: 1 };

describe("names that look alike", () => {
  const alike = [
    "ALEX",
    "ａｌｅｘ",
    "аlех",
    "𝐚𝐥𝐞𝐱",
    "al\u200bex",
    " alex ",
    "ale\u{e0100}x",
    "αlex",
    "ᴀʟᴇx",
    "ꓮꓡꓰꓫ",
    "al\u00adex",
    "аӏех",
    "al\u0336ex",
    "a\u20ddlex",
    "al\u2800ex",
    "🅰🅻🅴🆇",
    "🅐🅛🅔🅧",
    "🇦🇱🇪🇽",
    "ⓐⓛⓔⓧ",
    "\u202ealex",
    "al\u3164ex",
    "ᵃˡᵉˣ",
    "𝔞𝔩𝔢𝔵",
    "⍺lex",
    "al℮x",
    "a|ex",
    "ale×",
    "a∣∊x",
  ];

  it.each(alike)("%j is alex", (name) => {
    expect(skeleton(name)).toBe("alex");
    expect(approverProblem({ ...circle, approvers: [...circle.approvers, { id: name }] }, name)).toContain(
      "cannot approve it",
    );
  });

  it.each([
    ["anna-maria", "anna\u2010maria"],
    ["anna-maria", "anna\u2212maria"],
    ["o'neil", "o\u2019neil"],
    ["o'neil", "o\u02bcneil"],
    ["a.b", "a\u3002b"],
    ["a_b", "a\u203fb"],
  ])("%s is %s, whichever sign is between its letters", (one, other) => expect(skeleton(one)).toBe(skeleton(other)));

  it.each(["ⲁⲥⲉ", "𐐬𐐬𐐬", "𐌕𐌏𐌌", "ᎠᎬᎬᎡ", "ᖯᖯ", "ⵔⵏⵔ", "ꓮꓡꓰꓫ"])(
    "%j is of a rare script, and nobody is asked under it",
    (name) => {
      const approvers = [{ id: "x" }, { id: name }];
      expect(requestProblem({ ...request, approvers })).toContain("letters of a rare script");
      // Whoever writes their commits so is somebody like any other.
      expect(requestProblem({ ...request, coauthors: [name] })).toBeNull();
    },
  );

  it("are the same whatever the case of their letters does", () => {
    expect(skeleton("STRASSE")).toBe(skeleton("straße"));
    expect(skeleton("İpek")).toBe(skeleton("ipek"));
    expect(skeleton("ﬁona")).toBe(skeleton("FIONA"));
  });

  it.each(["alexa", "a1ex", "álex", "олег", "Ξένια", "山田", "zoë"])("%j is somebody else", (name) => {
    expect(skeleton(name)).not.toBe("alex");
    expect(requestProblem({ ...request, approvers: [{ id: name }] })).toBeNull();
  });

  it.each(["山田 taro", "김 alex", "สมชาย alex", "Ξένια"])("%j is a name as people have them", (name) => {
    expect(mixesScripts(name)).toBe(false);
  });

  it.each([
    "rоbin",
    "ρaul",
    "Аnna",
    "dаnа@example.com",
    "𐒰lex",
    "ⲁlex",
    "𐐩lex",
    "Ꭺlex",
    "aꓡex",
    "aꙇex",
    "ᚨlex",
    "ⰰlex",
  ])("%j mixes scripts, and no run begins with it", (name) => {
    expect(mixesScripts(name)).toBe(true);
    expect(requestProblem({ ...request, approvers: [{ id: name }, { id: "x" }] })).toContain(
      "mixes letters of several",
    );
    expect(requestProblem({ ...request, requester: name })).toContain("mixes letters of several");
  });
});

describe("the login that started a run", () => {
  it.each(["alex", "Alex", "release-pipeline"])("is a requester beside the one of the config: %s", (name) => {
    const approvers = [{ id: "robin" }, { id: "lead", aliases: [name] }];
    expect(approverProblem({ ...circle, approvers }, name)).toContain("release-pipeline (started by alex) asked for");
    expect(approverProblem({ ...circle, approvers }, "lead")).toContain("cannot approve it");
    expect(approverProblem({ ...circle, approvers }, "robin")).toBeNull();
    expect(requestProblem({ ...request, approvers: [{ id: "lead", aliases: [name] }] })).toContain(
      "no approver besides the requester",
    );
  });
});

describe("who has a part in the change", () => {
  const alex = { id: "alex", email: "alex@example.com", slack: "U024BE7LH" };
  const by = (author: string, approver: object = alex) =>
    approverProblem({ requester: "kim", coauthors: [author], approvers: [approver as typeof alex] }, "alex");

  it.each([
    "Alex Doe <alex@example.com>",
    "alex <42@example.com>",
    '"Doe, Alex" <ALEX@example.com>',
    "robin\nalex",
    "robin, alex",
    "robin; alex@example.com",
    "@alex",
    "alex+release@example.com",
    "1234+alex@users.noreply.github.com",
    "12-alex@users.noreply.gitlab.com",
    "Alex ＜alex@example.com＞",
    "<alex@example.com>",
    "alex@example.com.",
    "mailto:alex@example.com",
    '"alex"@example.com',
    "alex(x)@example.com",
    "alex@(x)example.com",
    "alex @ example.com",
    "al\\ex@example.com",
    "robin alex@example.com",
    "x <<alex@example.com>>",
    "x <alex@example.com",
    "alex &lt;alex@example.com&gt;",
    "<@U024BE7LH|alex>",
    "U024BE7LH.",
    "CORP\\alex",
    "corp/alex",
    "https://github.com/alex",
    "cn=alex",
    "alex:1000",
    "alex[bot]",
    "alex+ci",
    "alex and robin",
    "robin & alex",
    "alex.",
    ".alex",
    "_alex",
    "~alex",
    "`alex`",
    "“alex”",
    "alex@",
    "alex@localhost",
    "alex@runner-7",
    "alex@users.noreply.github.com.",
  ])("%j is alex", (author) => {
    expect(by(author)).toContain("cannot approve it");
  });

  it("is the owner of an address that the approver has with a tag", () => {
    expect(by("alex@example.com", { id: "a", email: "alex+gate@example.com", aliases: ["alex"] })).toContain("cannot");
  });

  it.each([
    "Alex Doe <alex.doe@example.com>",
    "alex@example.org",
    "team+alex@example.com",
    "alexander",
    "alex-maria",
    "alex.b",
    "maria alex",
    "alex@runner-7.example.com",
    "robin <robin@example.com>",
    "1234+robin@users.noreply.github.com",
  ])("%j is somebody else", (author) => {
    expect(by(author)).toBeNull();
  });

  it("are two people where a team's address has a tag for each", () => {
    expect(by("team+robin@example.com", { id: "alex", email: "team+alex@example.com" })).toBeNull();
  });

  it.each([
    ["mixes letters of several scripts", { coauthors: ["aꙇex"] }],
    ["mixes letters of several scripts", { startedBy: "aꙇex" }],
    ["has no name", { coauthors: ["\u200b"] }],
    ["has no name", { startedBy: " " }],
  ])("%s: nobody is asked", (problem, change) => {
    expect(requestProblem({ ...request, ...change })).toContain(problem);
  });

  it("may write their name in another script than their address", () => {
    expect(requestProblem({ ...request, coauthors: ["Олег Иванов <oleg@example.com>"] })).toBeNull();
  });
});
