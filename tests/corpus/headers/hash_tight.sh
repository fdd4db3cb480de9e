#!/usr/bin/env bash
#[Source file intent]
#Backs up the photo folder.
#[Source file design principles]
#- Copies only what changed
#[Source file constraints]
#- Runs without root
set -e
