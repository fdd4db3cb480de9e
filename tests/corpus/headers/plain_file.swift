//
//  plain_file.swift
//  Maps
//
//  Created by X on 1/2/20.
//
//  Draws the coast.

import Foundation
