//! `engine:` of the settings.

use super::{REST, address, laid};
use tagledger_tests::{Desk, Server};

#[test]
fn the_settings_name_the_engine_once() {
    let Some((desk, bill)) = laid() else { return };
    let Some(server) = Server::spark(&["token=right-one"]) else { return };
    let engine =
        format!("engine: {{ kind: spark, url: \"{}\", path: {}, token_from: {{ file: token }}", address(&server), desk.path("typed.parquet").display());
    desk.put("tagledger.yaml", format!("version: 1\n{engine} }}\n"));
    desk.put("token", "right-one\n");
    let files = desk.call(&format!("cost {REST} --bill {bill}")).exits(0).out;
    assert_eq!(desk.call(&format!("cost {REST} --quiet --engine")).exits(0).out, files);
    let said = desk.call("settings check tagledger.yaml").exits(0).out;
    assert!(said.contains(&format!("has bills added up by {}", address(&server))), "{said}");
    // What is allowed stands there too, and a flag counts more.
    desk.put("tagledger.yaml", format!("version: 1\n{engine}, max_groups: 5 }}\n"));
    let said = desk.call(&format!("cost {REST} --quiet --engine")).exits(2).err;
    assert!(said.contains("at most 5 were allowed"), "{said}");
    desk.call(&format!("cost {REST} --quiet --max-groups 100000 --engine")).exits(0);
    // A token is for the engine that it is named with.
    let said = desk.call(&format!("cost {REST} --quiet --engine sc://localhost:{} --table t", server.port)).exits(2).err;
    assert!(said.contains("wants a token"), "{said}");
}

#[test]
fn mistakes_in_the_settings_have_their_place() {
    let desk = Desk::laid();
    for (engine, words) in [
        ("{ kind: spark, table: t }", &["No `url`"][..]),
        ("{ url: \"sc://h\" }", &["Neither `table` nor `path`"]),
        ("{ url: \"sc://h\", table: t, path: /p }", &["both given", "Keep one"]),
        ("{ url: \"http://h\", table: t }", &["`http://h` does not fit `url`", "sc://"]),
        ("{ kind: flink, url: \"sc://h\", table: t }", &["`kind` cannot be `flink`", "spark"]),
        ("{ url: \"sc://h\", table: t, token_from: {} }", &["names neither a variable nor a file"]),
        ("{ url: \"sc://h\", table: t, minutes: 0 }", &["`minutes` cannot be `0`"]),
    ] {
        desk.put("tagledger.yaml", format!("version: 1\nengine: {engine}\n"));
        let said = desk.call("settings check tagledger.yaml").exits(2).err;
        assert!(words.iter().all(|word| said.contains(word)) && said.contains("tagledger.yaml:2:"), "{engine}: {said}");
    }
    for engine in ["{ url: \"sc://h/;use_ssl=true;token=dapi-secret\", table: t }", "{ url: \"sc://h\", table: t, token_from: dapi-secret }"] {
        desk.put("tagledger.yaml", format!("version: 1\nengine: {engine}\n"));
        let said = desk.call("settings check tagledger.yaml").exits(2).err;
        assert!(said.contains("token_from") && !said.contains("dapi-secret"), "{said}");
    }
}

#[test]
fn an_engine_that_nobody_named_is_asked_for() {
    let desk = Desk::laid();
    let said = desk.call("cost --engine").exits(2).err;
    assert!(said.contains("--engine sc://") && said.contains("`engine:`"), "{said}");
    let said = desk.call("cost --engine sc://127.0.0.1:1").exits(2).err;
    assert!(said.contains("--table"), "{said}");
    let said = desk.call("cost --engine http://127.0.0.1:1 --table t").exits(2).err;
    assert!(said.contains("sc://"), "{said}");
    desk.call("cost --engine sc://127.0.0.1:1 --bill bill.csv").exits(2);
}
