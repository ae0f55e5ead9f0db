/** The words of Hearth as types: policy, resources, the states of actions, replicas, pools and versions. */
@NullMarked
package dev.hearth.model;

import org.jspecify.annotations.NullMarked;
