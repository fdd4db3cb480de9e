/**
 * \file plain_doxygen.h
 * \brief Reads scales.
 * \author X
 */
#ifndef A
