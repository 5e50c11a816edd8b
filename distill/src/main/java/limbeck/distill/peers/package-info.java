/**
 * Learning without a better teacher: from students that learn at the same time, and from one's own deeper layers. {@link
 * limbeck.distill.peers.Peers} trains several students side by side; what they learn from each other is an
 * {@link limbeck.distill.peers.Exchange}: {@link limbeck.distill.peers.MutualLearning} or
 * {@link limbeck.distill.peers.CollaborativeLearning}. {@link limbeck.distill.peers.OwnTeacher} needs one student alone.
 */
package limbeck.distill.peers;
