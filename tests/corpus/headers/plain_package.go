// Copyright 2019 The Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

// Package oven heats.
//
// To 200 degrees.
package oven
