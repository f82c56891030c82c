/** The tutorial of qeneth's documentation, as it is printed there. */
export const seedTutorial: string = `graph "tutorial" {
    node [shape=record];
    qn_template="infix-x86_64";
    qn_append="quiet";
    qn_mem="512M";
    qn_oui="00:a0:85";

    server [label="server   | { <e1> e1 | <e2> e2 }", qn_basemac="00:07:7c:00:00:00"];
    client1 [label="client1 | { <eth1> eth1 }"];
    client2 [label="client2 | { <eth1> eth1 }"];

    server:eth0 -- client1:eth0 [qn_tailmac="00:07:7c:12:34:56", qn_headmac="08:00:20:c0:ff:ee"];
    server:eth1 -- client2:eth0;
}
`;

/** The chapter about the host of qeneth's documentation. */
export const seedHostNet: string = `graph "host-net" {
        node [shape=record];
        qn_template="infix-x86_64-classic";

        host   [label="host  | { <tap-infix> tap-infix }"];
        infix  [label="infix | { <eth0> eth0 | <eth1> eth1 }"];

        host:"tap-infix" -- infix:eth0;
}
`;
