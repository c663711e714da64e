//! Files as people really pass them.

use super::*;

fn documents(text: &str) -> Vec<(usize, String)> {
    let file = PlanFile::from_bytes("f", text.as_bytes().to_vec()).unwrap();
    file.documents().unwrap().iter().map(|d| (d.line, d.text.trim().to_owned())).collect()
}

#[test]
fn what_is_printed_before_between_and_behind_plans_hides_none_of_them() {
    let text = "WARNING: A new release is available: v1.\n/home/u/main.bicep(3,7) : Warning no-unused-params\n{\"a\": 1}\nINFO next module [2]\n{\"b\":\n 2}\n{\"c\": 3} trailing\nbye\n";
    let found = documents(text);
    assert_eq!(found, [(3, "{\"a\": 1}".to_owned()), (5, "{\"b\":\n 2}".to_owned()), (7, "{\"c\": 3}".to_owned())]);
    assert_eq!(documents("{\"a\": 1}\n---\n{\"b\": 2}\n").len(), 2);
    // A list that a wrapper's line stands before is still one text that is no plan.
    assert_eq!(documents("[command]/usr/bin/terraform show -json\n{\"a\": 1}\n"), [(2, "{\"a\": 1}".to_owned())]);
}

#[test]
fn yaml_is_not_taken_for_noise() {
    for text in ["# x\n\"apiVersion\": v1\nx:\n{a: 1}\n", "A: 1\nResources:\n{}\n"] {
        assert_eq!(documents(text).len(), 1);
        let file = PlanFile::from_bytes("f", text.as_bytes().to_vec()).unwrap();
        assert!(matches!(file.documents().unwrap()[0].form, Form::Text), "{text}");
    }
}

#[test]
fn templates_with_comments_are_objects() {
    let text = "// made by hand\n{\n  /* which */ \"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\", // here\n  \"resources\": []\n}\n";
    let file = PlanFile::from_bytes("f", text.as_bytes().to_vec()).unwrap();
    let documents = file.documents().unwrap();
    assert!(documents[0].has("resources") && documents[0].line == 2);
}
